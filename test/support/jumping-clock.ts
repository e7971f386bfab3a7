const real = Date.now
let offset = 0

// Before the service is loaded, which takes the clock as it finds it.
Date.now = () => real() + offset

/** Sets the clock of this process to another time, so many milliseconds from the right one; its monotonic one goes on. */
export function jump(milliseconds: number): void {
  offset = milliseconds
}

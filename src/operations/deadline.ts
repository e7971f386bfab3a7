/** `promise`; or undefined, when it has not come within so many milliseconds. What it stands for goes on all the same. */
export async function atMost<Result>(milliseconds: number, promise: Promise<Result>): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((done) => {
    timer = setTimeout(() => done(undefined), milliseconds)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** As `atMost`. @throws Error that says so, when it has not come */
export async function within<Result>(milliseconds: number, promise: Promise<Result>): Promise<Result> {
  const come = await atMost(
    milliseconds,
    promise.then((result) => ({ result }))
  )
  if (!come) throw new Error(`No answer within ${milliseconds} ms`)
  return come.result
}

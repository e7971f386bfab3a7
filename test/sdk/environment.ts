/** A picture of one pixel. */
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/**
 * What a story reads from its environment. Each registers, logs in, sends a picture, walks a list that has more than one page,
 * and meets two errors; it ends with 0, and its last line, if all was as it should be.
 */
export function storyEnvironment(baseUrl: string, username: string, password: string): Record<string, string> {
  return { BASE_URL: baseUrl, ADMIN_USERNAME: username, ADMIN_PASSWORD: password, PICTURE: pixel }
}

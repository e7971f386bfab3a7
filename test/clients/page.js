// What the test of the browser runs in its page, beside the client's own modules.
import { createClient, isProblem, webStorageStore } from './client/index.js'

const key = 'user-management-tokens'

/** Client of this tab, with the tokens that all tabs share. */
function open(baseUrl) {
  return createClient({ baseUrl, tokens: webStorageStore(localStorage, key) })
}

/** Registers and logs in. @returns the tokens as they were stored */
export async function enter(baseUrl, username, password) {
  const client = open(baseUrl)
  await client.register({ body: { username, password } })
  await client.login({ body: { username, password } })
  return JSON.parse(localStorage.getItem(key))
}

export function store(tokens) {
  localStorage.setItem(key, JSON.stringify(tokens))
}

/** Ten calls at once by two clients. @returns the ids that they were answered with */
export async function callAtOnce(baseUrl) {
  const clients = [open(baseUrl), open(baseUrl)]
  const profiles = await Promise.all(Array.from({ length: 10 }, (_, i) => clients[i % 2].getProfile()))
  return profiles.map(({ id }) => id)
}

/** Draws a picture and sends it as a blob and as a stream. @returns the widths of what the service then shows */
export async function sendPictures(baseUrl) {
  const client = open(baseUrl)
  const widths = []
  for (const width of [30, 40]) {
    const canvas = Object.assign(document.createElement('canvas'), { width, height: 20 })
    canvas.getContext('2d').fillRect(0, 0, width, 20)
    const blob = await new Promise((done) => canvas.toBlob(done, 'image/png'))
    const { profile_picture } = await client.updateProfile({ body: { profile_picture: width === 30 ? blob : blob.stream() } })
    const image = new Image()
    image.src = new URL(new URL(profile_picture).pathname, baseUrl).href
    await image.decode()
    widths.push(image.naturalWidth)
  }
  return widths
}

/** @returns the usernames that a walk through the list of users met, page by page */
export async function walk(baseUrl, tokens, search) {
  const client = createClient({ baseUrl, tokens: { get: () => tokens, set() {} } })
  const names = []
  for await (const { items, total } of client.pages('listUsers', { query: { search, page_size: 2 } })) {
    names.push([items.map(({ username }) => username), total])
  }
  return names
}

/** @returns what an error of the service tells */
export async function fail(baseUrl, username, password) {
  const error = await open(baseUrl)
    .register({ body: { username, password } })
    .catch((reason) => reason)
  return isProblem(error, 'register') && { code: error.code, status: error.status, fields: error.fields, id: error.requestId }
}

/** @returns what is left of the tokens after a logout */
export async function leave(baseUrl) {
  await open(baseUrl).logout()
  return localStorage.getItem(key)
}

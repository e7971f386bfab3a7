import sharp from 'sharp'
import t from 'tap'
import { startService } from '../support/service.ts'

const path = '/api/auth/profile/'

/** Where a picture seen upright has its four colours: top left, top right, bottom left, bottom right. */
const upright = ['red', 'lime', 'blue', 'white'] as const
const colours = { red: [255, 0, 0], lime: [0, 255, 0], blue: [0, 0, 255], white: [255, 255, 255] } as const

/**
 * Where each corner of the stored pixels lies when seen upright, by EXIF orientation (EXIF 2.32, table 4: 6 is a camera
 * held on its right side). Numbers are places in `upright`.
 */
const cornersAsStored: Record<number, readonly [number, number, number, number]> = {
  1: [0, 1, 2, 3],
  2: [1, 0, 3, 2],
  3: [3, 2, 1, 0],
  4: [2, 3, 0, 1],
  5: [0, 2, 1, 3],
  6: [1, 3, 0, 2],
  7: [3, 1, 2, 0],
  8: [2, 0, 3, 1]
}

t.test('a picture is upright in all sizes, however the camera was held', async (t) => {
  const service = await startService(t, { PICTURE_MAX_SIDE: '128' })
  const user = await service.user()
  for (const [orientation, corners] of Object.entries(cornersAsStored)) {
    const turned = Number(orientation) >= 5
    const [width, height] = turned ? [200, 400] : [400, 200]
    const quarters = corners.map((place, index) => ({
      input: { create: { width: width / 2, height: height / 2, channels: 3 as const, background: upright[place] as string } },
      left: (index % 2) * (width / 2),
      top: Math.floor(index / 2) * (height / 2)
    }))
    const data = await sharp({ create: { width, height, channels: 3, background: 'black' } })
      .composite(quarters)
      .withExif({ IFD3: { GPSLatitude: '9/1 56/1 0/1', GPSLatitudeRef: 'N' } })
      .withMetadata({ orientation: Number(orientation) })
      .jpeg({ quality: 95 })
      .toBuffer()
    t.equal((await sharp(data).metadata()).orientation, Number(orientation), 'the picture that is sent lies as it says')
    const form = new FormData()
    form.set('profile_picture', new Blob([data]), 'photo.jpg')
    const { body } = await service.request('PUT', path, { as: user, form })
    for (const size of ['', '?size=64']) {
      const { rawPayload } = await service.app.inject(new URL(body.profile_picture).pathname + size)
      t.same(await cornersOf(rawPayload), upright, `orientation ${orientation} ${size}`)
      const { exif, orientation: said, width: w, height: h } = await sharp(rawPayload).metadata()
      t.same([exif, said, w, h], [undefined, undefined, ...(size ? [64, 32] : [128, 64])])
    }
  }
})

/** The colours in the middle of the four quarters. */
async function cornersOf(data: Buffer): Promise<string[]> {
  const { data: pixels, info } = await sharp(data).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  return [0, 1, 2, 3].map((corner) => {
    const x = Math.round(info.width * (0.25 + 0.5 * (corner % 2)))
    const y = Math.round(info.height * (0.25 + 0.5 * Math.floor(corner / 2)))
    const at = (y * info.width + x) * info.channels
    const near = Object.entries(colours).find(([, rgb]) => rgb.every((value, i) => Math.abs(value - (pixels[at + i] ?? 0)) < 40))
    return near?.[0] ?? `${pixels.subarray(at, at + 3).toString('hex')}`
  })
}

/** Times the size of the drawing. */
const SCALE = 3

/** A drawing as a PNG on white, three times its size. */
export async function pictureOf(svg: string): Promise<Blob> {
  const canvas = await paint(svg, () => SCALE)
  return await new Promise((done, fail) =>
    canvas.toBlob((blob) => (blob ? done(blob) : fail(new Error('no picture'))), 'image/png'),
  )
}

/** A drawing painted on white, so many times its size in CSS pixels. */
export async function paint(svg: string, scaleOf: (width: number, height: number) => number): Promise<HTMLCanvasElement> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    const scale = scaleOf(image.naturalWidth, image.naturalHeight)
    const canvas = document.createElement('canvas')
    canvas.width = Math.round(scale * image.naturalWidth)
    canvas.height = Math.round(scale * image.naturalHeight)
    const pen = canvas.getContext('2d')!
    pen.fillStyle = '#ffffff'
    pen.fillRect(0, 0, canvas.width, canvas.height)
    pen.drawImage(image, 0, 0, canvas.width, canvas.height)
    return canvas
  } finally {
    URL.revokeObjectURL(address)
  }
}

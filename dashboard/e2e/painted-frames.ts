import type { Page } from 'playwright-core'

/** What a visitor saw of a page while it was watched. */
export type PaintedFrames = {
  /** Ends the watch: the colours in the middle of the frames that the browser painted, each new one in order. */
  colours: () => Promise<string[]>
}

/** Watches what a page paints, over navigations too, by the browser's own screencast. */
export async function watchFrames(page: Page): Promise<PaintedFrames> {
  const session = await page.context().newCDPSession(page)
  const frames: string[] = []
  session.on('Page.screencastFrame', ({ data, sessionId }) => {
    frames.push(data)
    // A page that was closed meanwhile takes no answer.
    session.send('Page.screencastFrameAck', { sessionId }).catch(() => {})
  })
  await session.send('Page.startScreencast', { format: 'png', everyNthFrame: 1, maxWidth: 80, maxHeight: 80 })
  return {
    colours: async () => {
      await session.send('Page.stopScreencast')
      const scratch = await page.context().newPage()
      const colours = await scratch.evaluate(middles, frames)
      await scratch.close()
      return colours.filter((colour, index) => colour !== colours[index - 1])
    },
  }
}

/** Runs in a page: the names of the middle pixels' colours. */
async function middles(frames: string[]): Promise<string[]> {
  const colours: string[] = []
  for (const frame of frames) {
    const image = new Image()
    image.src = `data:image/png;base64,${frame}`
    await image.decode()
    const canvas = Object.assign(document.createElement('canvas'), {
      width: image.width,
      height: image.height,
    })
    const drawing = canvas.getContext('2d')
    drawing?.drawImage(image, 0, 0)
    const middle = drawing?.getImageData(image.width >> 1, image.height >> 1, 1, 1).data
    const [red = 0, green = 0, blue = 0] = middle ?? []
    const name =
      red > 200 && green < 60
        ? 'red'
        : green > 120 && red < 60
          ? 'green'
          : red + green + blue > 700
            ? 'white'
            : 'other'
    colours.push(name)
  }
  return colours
}

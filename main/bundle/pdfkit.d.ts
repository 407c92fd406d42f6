// As much as pdf.ts uses of a package that comes without types.
declare module 'pdfkit' {
  interface Options {
    readonly size: readonly [width: number, height: number]
    readonly margin: number
    /** Bytes of the font that it begins with. */
    readonly font: Uint8Array
    readonly pdfVersion: '1.4'
    readonly lang: string
    readonly displayTitle: boolean
    readonly info: { readonly Title: string; readonly CreationDate: Date }
  }
  class PdfDocument {
    constructor(options: Options)
    version: number
    registerFont(name: string, font: Uint8Array): this
    font(name: string): this
    fontSize(points: number): this
    save(): this
    restore(): this
    scale(by: number): this
    transform(a: number, b: number, c: number, d: number, e: number, f: number): this
    path(d: string): this
    rect(x: number, y: number, width: number, height: number): this
    circle(x: number, y: number, radius: number): this
    clip(): this
    fillColor(colour: string, opacity: number): this
    strokeColor(colour: string, opacity: number): this
    lineWidth(width: number): this
    lineCap(cap: string): this
    lineJoin(join: string): this
    dash(lengths: readonly number[], options: { readonly phase: number }): this
    fill(): this
    stroke(): this
    fillAndStroke(): this
    widthOfString(text: string): number
    text(
      text: string,
      x: number,
      y: number,
      options: { readonly lineBreak: false; readonly baseline: 'alphabetic' | 'svg-central' },
    ): this
    end(): void
    read(): Uint8Array | null
  }
  export = PdfDocument
}

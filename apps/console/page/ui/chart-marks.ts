import type UPlot from 'uplot';

/** `at` in seconds since 1970. */
export interface Mark {
  at: number;
  text: string;
}

/** Draws labelled vertical lines, and a zero line where values have both signs. */
export function drawMarks(plot: UPlot, marks: Mark[], color: string): void {
  const { ctx, bbox, scales } = plot;
  const right = bbox.left + bbox.width;
  const line = (x1: number, y1: number, x2: number, y2: number) => {
    ctx.beginPath();
    ctx.moveTo(x1, y1);
    ctx.lineTo(x2, y2);
    ctx.stroke();
  };
  ctx.save();
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.lineWidth = devicePixelRatio;
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  const zero = plot.valToPos(0, 'y', true);
  if ((scales['y']?.min ?? 0) < 0) line(bbox.left, zero, right, zero);
  for (const { at, text } of marks) {
    const x = Math.min(Math.max(plot.valToPos(at, 'x', true), bbox.left), right);
    line(x, bbox.top, x, bbox.top + bbox.height);
    ctx.textAlign = x > bbox.left + bbox.width / 2 ? 'right' : 'left';
    ctx.fillText(` ${text} `, x, bbox.top + 12 * devicePixelRatio);
  }
  ctx.restore();
}

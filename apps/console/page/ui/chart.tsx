import { useEffect, useRef } from 'react';
import UPlot, { type AlignedData, type Options } from 'uplot';
import './chart.css';
import { drawMarks, type Mark } from './chart-marks.ts';

interface Line {
  name: string;
  values: (number | null)[];
  /** A custom property of the style sheet; the accent by default. */
  color?: string;
  fill?: boolean;
}

interface Shown {
  /** Seconds since 1970, ascending. */
  times: number[];
  lines: Line[];
  /** How a value reads on the axis and in the legend. */
  format: (value: number) => string;
  /** Fixed ends of the vertical axis; from 0 to the greatest value by default. */
  range?: [number, number];
  height?: number;
  /** Numbers, from 1, of two lines whose interval is shaded; the upper one first. */
  band?: [number, number];
  marks?: Mark[];
  label: string;
}

const colorOf = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Lines over time. A table-free picture: `label` says in words what it shows. */
export function Chart(shown: Shown) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const data: AlignedData = [shown.times, ...shown.lines.map(({ values }) => values)];
  const latest = useRef({ shown, data });
  latest.current = { shown, data };
  const names = shown.lines.map(({ name }) => name).join('|');

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new UPlot(
        optionsOf(latest.current.shown, element.clientWidth),
        latest.current.data,
        element,
      );
    };
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const sized = new ResizeObserver(() => {
      plot.current?.setSize({ width: element.clientWidth, height: latest.current.shown.height ?? 180 });
    });
    draw();
    sized.observe(element);
    scheme.addEventListener('change', draw);
    return () => {
      sized.disconnect();
      scheme.removeEventListener('change', draw);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [names]);
  useEffect(() => plot.current?.setData(data));
  return <div ref={box} className="chart" role="img" aria-label={shown.label} />;
}

function optionsOf(shown: Shown, width: number): Options {
  const { lines, format, range, height = 180, band, marks = [] } = shown;
  const [ink, grid] = [colorOf('--ink-soft'), colorOf('--line')];
  const font = '12px system-ui, sans-serif';
  const axis = { stroke: ink, font, ticks: { show: false } };
  return {
    width,
    height,
    cursor: { y: false, points: { size: 6 } },
    legend: { show: lines.length > 1, live: false },
    scales: { y: { range: (_plot, _min, max) => range ?? [0, max > 0 ? max * 1.15 : 1] } },
    axes: [
      { ...axis, grid: { show: false }, size: 30, space: 90, values: clock },
      {
        ...axis,
        grid: { stroke: grid, width: 1 },
        size: 56,
        space: 36,
        values: (_plot, at) => at.map((v) => format(v)),
      },
    ],
    series: [{}, ...lines.map((line) => seriesOf(line, format))],
    ...(band ? { bands: [{ series: band, fill: faded(colorOf('--accent')) }] } : {}),
    hooks: { draw: [(plot) => drawMarks(plot, marks, ink)] },
  };
}

/** Times as people here read them: hours and minutes, seconds or days where those tell them apart. */
function clock(_plot: UPlot, times: number[], _axis: number, _space: number, step: number): string[] {
  const shape: Intl.DateTimeFormatOptions =
    step >= 86_400
      ? { month: 'short', day: 'numeric' }
      : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(step < 60 ? { second: '2-digit' } : {}) };
  const format = new Intl.DateTimeFormat('en', shape);
  const labels = times.map((time) => format.format(time * 1000));
  // Within one second all times read alike.
  return labels.map((label, i) => (label === labels[i - 1] ? '' : label));
}

function seriesOf(
  { name, values, color = '--accent', fill = false }: Line,
  format: (value: number) => string,
) {
  const stroke = colorOf(color);
  return {
    label: name,
    stroke,
    width: 1.75,
    // A lone value has no line.
    points: { show: values.filter((value) => value !== null).length < 3, size: 6 },
    spanGaps: true,
    value: (_plot: UPlot, value: number | null) => (value === null ? '–' : format(value)),
    ...(fill ? { fill: faded(stroke) } : {}),
  };
}

const faded = (color: string) => `color-mix(in srgb, ${color} 14%, transparent)`;

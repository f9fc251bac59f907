import { useEffect, useRef } from 'react';
import UPlot, { type AlignedData, type Options } from 'uplot';
import './chart.css';
import { drawMarks, type Mark } from './chart-marks.ts';

interface Line {
  name: string;
  values: (number | null)[];
  /** A custom property of the style sheet; default: accent. */
  color?: string;
  fill?: boolean;
}

interface ChartProps {
  /** Seconds since 1970, ascending. */
  times: number[];
  lines: Line[];
  /** For axis and legend. */
  format: (value: number) => string;
  /** Limits of the vertical axis; default: 0 to the maximum. */
  range?: [number, number];
  height?: number;
  /** Indexes from 1 of two lines with a shaded interval between them; the upper one first. */
  band?: [number, number];
  marks?: Mark[];
  label: string;
}

const resolveColor = (name: string) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** `label` describes the chart for screen readers. */
export function Chart(props: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot | null>(null);
  const data: AlignedData = [props.times, ...props.lines.map(({ values }) => values)];
  const latest = useRef({ props, data });
  latest.current = { props, data };
  const names = props.lines.map(({ name }) => name).join('|');

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new UPlot(
        toOptions(latest.current.props, element.clientWidth),
        latest.current.data,
        element,
      );
    };
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const sized = new ResizeObserver(() => {
      plot.current?.setSize({ width: element.clientWidth, height: latest.current.props.height ?? 180 });
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
  return <div ref={box} className="chart" role="img" aria-label={props.label} />;
}

function toOptions(props: ChartProps, width: number): Options {
  const { lines, format, range, height = 180, band, marks = [] } = props;
  const [ink, grid] = [resolveColor('--ink-soft'), resolveColor('--line')];
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
    series: [{}, ...lines.map((line) => toSeries(line, format))],
    ...(band ? { bands: [{ series: band, fill: faded(resolveColor('--accent')) }] } : {}),
    hooks: { draw: [(plot) => drawMarks(plot, marks, ink)] },
  };
}

/** Shows seconds or days where hours and minutes do not distinguish the ticks. */
function clock(_plot: UPlot, times: number[], _axis: number, _space: number, step: number): string[] {
  const shape: Intl.DateTimeFormatOptions =
    step >= 86_400
      ? { month: 'short', day: 'numeric' }
      : { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...(step < 60 ? { second: '2-digit' } : {}) };
  const format = new Intl.DateTimeFormat('en', shape);
  const labels = times.map((time) => format.format(time * 1000));
  // Ticks within one second have the same label.
  return labels.map((label, i) => (label === labels[i - 1] ? '' : label));
}

function toSeries(
  { name, values, color = '--accent', fill = false }: Line,
  format: (value: number) => string,
) {
  const stroke = resolveColor(color);
  return {
    label: name,
    stroke,
    width: 1.75,
    // A single value draws no line.
    points: { show: values.filter((value) => value !== null).length < 3, size: 6 },
    spanGaps: true,
    value: (_plot: UPlot, value: number | null) => (value === null ? '–' : format(value)),
    ...(fill ? { fill: faded(stroke) } : {}),
  };
}

const faded = (color: string) => `color-mix(in srgb, ${color} 14%, transparent)`;

// What is on the screen, as a table for other programs or as a picture.
import {css} from './dom.js';
import {t} from './i18n.js';
import {at} from './data.js';
import {date, rangeName, resolve, seconds, siteZone} from './time.js';
import {siteName} from './catalogue.js';
import {number, stateName} from './numbers.js';

function save(blob, name) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const fileName = (state, ending) =>
  ['history', state.name, state.range.replace(/[:]/g, '')].filter(Boolean).join(' ')
    .replace(/[^\p{L}\p{N}_-]+/gu, '-') + ending;

const quote = (text) => (/[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text);

/** RFC 4180 with the names of the catalogue; times of the site's clock and UTC. */
export function csvText(lines, from, to) {
  const stamps = new Set();
  const ranges = lines.map((line) => [at(line.times, from), at(line.times, to)]);
  lines.forEach((line, k) => {
    for (let i = ranges[k][0]; i < ranges[k][1]; i++) {
      stamps.add(line.times[i]);
    }
  });
  const places = ranges.map((one) => one[0]);
  const rows = [...stamps].sort((a, b) => a - b).map((time) => {
    const cells = lines.map((line, k) => {
      if (line.times[places[k]] !== time) {
        return '';
      }
      const value = line.values[places[k]++];
      return line.state ? quote(stateName(value, line.info)) : quote(String(value));
    });
    return [date(time) + ' ' + seconds(time), new Date(time).toISOString(), ...cells].join(',');
  });
  const names = lines.map((line) => quote(line.device + ' ' + line.name
    + (line.shifted ? ' ' + t('versus.before') : '') + (line.unit ? ' (' + line.unit + ')' : '')));
  return [[quote(t('csv.time', {zone: siteZone()})), 'UTC', ...names].join(','), ...rows, '']
    .join('\r\n');
}

export function csv(panels, state) {
  const {from, to} = resolve(state.range);
  const text = csvText(panels.flatMap((panel) => panel.lines), from, to);
  // The mark at the beginning tells spreadsheets that it is UTF-8.
  save(new Blob(['\ufeff' + text], {type: 'text/csv'}), fileName(state, '.csv'));
}

/** All charts under each other with their names and figures. */
export function png(panels, state) {
  const ratio = devicePixelRatio;
  const parts = panels.flatMap((panel) => [
    {text: panel.title.textContent + (panel.note.textContent ? ' · ' + panel.note.textContent : '')},
    ...[panel.numbers.length ? panel.chart.canvas : null, panel.lanes.length ? panel.timeline.canvas : null]
      .filter(Boolean).map((canvas) => ({canvas})),
    ...panel.numbers.map((line) => ({line}))]);
  const row = 22 * ratio;
  const head = 46 * ratio;
  const width = Math.max(600, ...parts.map((one) => (one.canvas ? one.canvas.width : 0))) + 32 * ratio;
  const height = head + parts.reduce((sum, one) => sum + (one.canvas ? one.canvas.height : row), 0) + row;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, {width, height});
  const ctx = canvas.getContext('2d');
  ctx.fillStyle = css('--card');
  ctx.fillRect(0, 0, width, height);
  const write = (text, x, y, color, weight) => {
    ctx.fillStyle = color;
    ctx.font = weight + ' ' + 13 * ratio + 'px ' + css('--font');
    ctx.fillText(text, x, y);
  };
  write([siteName(), state.name, rangeName(state.range)].filter(Boolean).join(' · '),
    16 * ratio, 28 * ratio, css('--text'), 600);
  let y = head;
  for (const part of parts) {
    if (part.canvas) {
      ctx.drawImage(part.canvas, 16 * ratio, y);
      y += part.canvas.height;
      continue;
    }
    if (part.text) {
      write(part.text, 16 * ratio, y + 15 * ratio, css('--text'), 600);
    } else {
      ctx.fillStyle = part.line.color;
      ctx.fillRect(16 * ratio, y + 9 * ratio, 14 * ratio, 4 * ratio);
      const values = part.line.values;
      write(part.line.title + '  ' + (values.length
        ? number(values[values.length - 1], part.line.decimals) + ' ' + part.line.unit : ''),
      38 * ratio, y + 15 * ratio, css('--soft'), 400);
    }
    y += row;
  }
  canvas.toBlob((blob) => save(blob, fileName(state, '.png')), 'image/png');
}

// In the place of Intl for uPlot, which makes formats when it is read and uses none of them here:
// the first format in a browser's process takes longer than drawing a chart.
const {NumberFormat} = globalThis.Intl;

export function LazyNumberFormat(...args) {
  let made = null;
  this.format = (value) => (made ||= new NumberFormat(...args)).format(value);
}

/** The browser's zone is asked for by uPlot.tzDate alone, and charts have a tzDate of their own. */
export function LazyDateTimeFormat() {
  this.resolvedOptions = () => ({timeZone: ''});
}

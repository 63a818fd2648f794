// uPlot, where modules and tests look for it.
import uPlot from 'uplot';

globalThis.uPlot = uPlot;

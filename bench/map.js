// For the console of the browser that shows the desk's map (#/explore/map): when its first picture stood, and how long a frame takes while the map is panned.
{
  const map = document.querySelector("canvas.map"), frames = [], works = [], steps = 120;
  const frame = () => new Promise(requestAnimationFrame);
  const after = () => new Promise((done) => {
    const channel = new MessageChannel();
    channel.port1.onmessage = done;
    channel.port2.postMessage(0);
  });
  const told = (times) => {
    const sorted = times.toSorted((a, b) => a - b);
    return `${sorted[sorted.length >> 1].toFixed(1)} ms in the median, ${sorted[Math.floor(0.95 * sorted.length)].toFixed(1)} ms at the 95th percentile`;
  };
  const answer = performance.getEntriesByType("resource").find((entry) => new URL(entry.name).pathname.endsWith("/map"));
  await frame();
  for (let i = 0, last = performance.now(); i < steps; i++) {
    map.dispatchEvent(new KeyboardEvent("keydown", { key: i % 8 < 4 ? "ArrowLeft" : "ArrowRight" }));
    await frame();
    const began = performance.now();
    await after();
    works.push(performance.now() - began);
    frames.push(began - last);
    last = began;
  }
  console.log(`${map.dataset.points} points
first picture ${performance.getEntriesByName("map drawn")[0].startTime.toFixed(0)} ms after the page was asked for, the answer of ${Math.round(answer.encodedBodySize / 1000)} kB (${Math.round(answer.decodedBodySize / 1000)} kB unpacked) ${answer.responseEnd.toFixed(0)} ms
from frame to frame ${told(frames)}
of which drawing ${told(works)}`);
}

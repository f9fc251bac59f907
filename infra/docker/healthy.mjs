// Exits with 0 when the app in this container says that it is ready.
const answer = await fetch(`http://127.0.0.1:${process.env['PORT']}/readyz`);
process.exitCode = answer.ok ? 0 : 1;

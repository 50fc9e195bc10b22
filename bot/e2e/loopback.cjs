// Loaded before the Agents Playground (node --require): it listens on every interface of the machine, signs nobody in,
// and whoever opens it is an admin of the demo. So a server that names no host listens on loopback. The Playground also
// takes any other port (0) when its own is taken, which nobody would find.
'use strict';
const net = require('node:net');

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...rest) {
  const namesHost = typeof port === 'object' || typeof rest[0] === 'string' || Number.isNaN(Number(port));
  if (namesHost) return listen.call(this, port, ...rest);
  if (Number(port) === 0) throw new Error('the port of the Agents Playground is taken');
  return listen.call(this, port, '127.0.0.1', ...rest);
};

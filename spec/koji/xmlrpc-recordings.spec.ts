import { expect } from 'chai';
import { decodeMessage, type XmlRpcMessage } from '../../lib/koji/xmlrpc-decode.js';
import { encodeCall, encodeFault, encodeResponse } from '../../lib/koji/xmlrpc-encode.js';
import {
  bodyOf,
  fromTyped,
  normalize,
  readPhase,
  recordedPhases,
  toTyped,
  type Reading,
  type RecordedExchange,
} from '../support/hub-recordings.js';

/** Requests that no client library wrote: the lab typed them. They are read all the same, but written otherwise. */
const TYPED_BY_HAND: Readonly<Record<number, string>> = {
  2502: 'values without a type element',
  2503: 'no params element',
  2504: "Apache's ex:nil",
  2505: 'CDATA in a string',
};

/** A document type with an entity: Python expands it, the hub refused it. */
const BOMB = 2509;

const exact = { doubles: 'exact' } as const;

describe('the recorded traffic of a real hub', () => {
  const phases = recordedPhases().map((phase) => ({ phase, exchanges: readPhase(phase) }));

  it('is there in full', () => {
    expect(phases).to.have.lengthOf(39);
    expect(phases.flatMap(({ exchanges }) => exchanges)).to.have.lengthOf(2043);
  });

  for (const { phase, exchanges } of phases) {
    context(`in ${phase}`, () => {
      it('has every request read as Python reads it', () => {
        for (const exchange of exchanges) expectReading(exchange, 'request');
      });

      it('has every request written byte for byte as upstream wrote it', () => {
        for (const exchange of exchanges) expectWriting(exchange);
      });

      it('has every answer read as Python reads it', () => {
        for (const exchange of exchanges) expectReading(exchange, 'response');
      });

      it('has every answer written byte for byte as the hub wrote it', () => {
        for (const { response } of exchanges) {
          const { reading } = response;
          if (reading === undefined || reading === null) continue;
          expect(writeReading(reading)).to.equal(response.text);
        }
      });
    });
  }
});

function expectReading(exchange: RecordedExchange, side: 'request' | 'response'): void {
  const { reading } = exchange[side];
  const body = bodyOf(exchange[side]);
  const where = `${exchange.seq} ${exchange.method}`;
  if (exchange.seq === BOMB && side === 'request')
    expect(() => decodeMessage(body)).to.throw('document type');
  else if (reading === null) expect(() => decodeMessage(body), where).to.throw('no XML-RPC message');
  else if (reading !== undefined)
    expect(toReading(decodeMessage(body, exact)), where).to.deep.equal(sorted(reading));
}

function expectWriting({ seq, request }: RecordedExchange): void {
  const { reading } = request;
  if (seq === BOMB || reading === undefined || reading === null || !('method' in reading)) return;
  // From our own reading, and from Python's.
  const message = decodeMessage(bodyOf(request), exact);
  const written = message.kind === 'call' ? encodeCall(message.method, message.params) : '';
  expect(encodeCall(reading.method, reading.params.map(fromTyped)), `${seq}`).to.equal(written);
  // What an XML reader makes of line ends, as the hub does before it sees them.
  const original = (request.text ?? '').replace(/\r\n?/g, '\n');
  if (TYPED_BY_HAND[seq] === undefined) expect(written, `${seq}`).to.equal(original);
  else expect(written, TYPED_BY_HAND[seq]).not.to.equal(original);
}

function writeReading(reading: Reading): string {
  if ('fault' in reading) return encodeFault(...reading.fault);
  if ('value' in reading) return encodeResponse(fromTyped(reading.value));
  return encodeCall(reading.method, reading.params.map(fromTyped));
}

function toReading(message: XmlRpcMessage): Reading {
  switch (message.kind) {
    case 'call':
      return { method: message.method, params: message.params.map((value) => normalize(toTyped(value))) };
    case 'fault':
      return { fault: [message.faultCode, message.faultString] };
    case 'response':
      return { value: normalize(toTyped(message.value)) };
  }
}

function sorted(reading: Reading): Reading {
  if ('params' in reading) return { method: reading.method, params: reading.params.map(normalize) };
  if ('value' in reading) return { value: normalize(reading.value) };
  return reading;
}

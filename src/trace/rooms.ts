/** Memory that is used again: for copies of numbers which are made anew at every batch, so that only the first ones take any. */

type Numbers = Int32Array | Float32Array | Float64Array;

/** Whoever holds it decides when what lies in it is no longer needed. */
export type Rooms = Map<string, Numbers>;

/** A copy of `source` in the room of that name. The copy before it, if there was one, is overwritten. */
export function keepCopy<Values extends Numbers>(
  rooms: Rooms,
  name: string,
  source: Values,
): Values {
  const copy = roomFor(rooms, name, source, source.length);
  copy.set(source);
  return copy;
}

/** Space for `length` numbers of the kind of `like`, with whatever lay there. */
export function roomFor<Values extends Numbers>(
  rooms: Rooms,
  name: string,
  like: Values,
  length: number,
): Values {
  let room = rooms.get(name);
  if (room?.constructor !== like.constructor || room.length < length) {
    // What has grown once will grow again.
    room = emptyAs(like, room ? Math.ceil(1.5 * length) : length);
    rooms.set(name, room);
  }
  return room.subarray(0, length) as Values;
}

function emptyAs(like: Numbers, length: number): Numbers {
  if (like instanceof Int32Array) return new Int32Array(length);
  return like instanceof Float32Array ? new Float32Array(length) : new Float64Array(length);
}

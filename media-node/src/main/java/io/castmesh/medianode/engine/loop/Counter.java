package io.castmesh.medianode.engine.loop;

import java.util.concurrent.atomic.AtomicLong;

/** Counts on the loop, is read anywhere: one writer, so no read-modify-write is needed. */
public final class Counter {
  private final AtomicLong value = new AtomicLong();

  public void add(long count) {
    value.lazySet(value.getPlain() + count);
  }

  public void increment() {
    add(1);
  }

  public long get() {
    return value.get();
  }
}

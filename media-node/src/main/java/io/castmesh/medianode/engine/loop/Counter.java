package io.castmesh.medianode.engine.loop;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** Counts on the loop, is read anywhere: one writer, so no read-modify-write is needed. */
public final class Counter {
  private static final VarHandle VALUE;

  static {
    try {
      VALUE = MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  @SuppressWarnings("UnusedVariable") // read and written through the handle
  private long value;

  public void add(long count) {
    VALUE.setOpaque(this, (long) VALUE.get(this) + count);
  }

  public void increment() {
    add(1);
  }

  public long get() {
    return (long) VALUE.getOpaque(this);
  }
}

package io.castmesh.medianode.engine.rtc;

import io.castmesh.medianode.engine.track.TrackSource;

/**
 * Which layer of a source is better than which: the one that needs clearly more bandwidth, once it
 * has done so for longer than a keyframe counts. Rates are of half a second: a keyframe makes a
 * small layer look better than a large one, and a picture that hardly changes leaves each of them
 * without a rate between two packets. Owned by the loop.
 */
final class LayerOrder {
  /** Pictures differ: less than that is no difference between two layers. */
  private static final double MARGIN = 1.1;

  private long[] rates = {};

  /** Since when a layer has needed clearly more than another one; 0: it does not. */
  private long[][] since = {};

  private boolean known;

  /** Another source: what is found first is taken as it is. */
  void reset() {
    known = false;
  }

  /** Measures the layers anew. */
  void look(TrackSource source, long now) {
    if (rates.length != source.layers()) {
      rates = new long[source.layers()];
      since = new long[rates.length][rates.length];
      known = false;
    }
    long most = 0;
    for (int i = 0; i < rates.length; i++) {
      rates[i] = source.bitrate(i, LayerChoice.ALL_TEMPORAL, now);
      most = Math.max(most, rates[i]);
    }
    if (most == 0) {
      return; // between two pictures all is as it was
    }
    for (int i = 0; i < rates.length; i++) {
      for (int j = 0; j < rates.length; j++) {
        if (!known) {
          since[i][j] = rates[i] > rates[j] ? now - LayerChoice.SPIKE : 0;
        } else if (rates[i] <= rates[j] * MARGIN) {
          since[i][j] = 0;
        } else if (since[i][j] == 0) {
          since[i][j] = now;
        }
      }
    }
    known = true;
  }

  /** Bits per second of a layer just now; 0 when nothing comes. */
  long rate(int layer) {
    return rates[layer];
  }

  /** Whether a layer has needed more than another one for long enough. */
  boolean isBetter(int layer, int than, long now) {
    return since[layer][than] != 0 && now - since[layer][than] >= LayerChoice.SPIKE;
  }

  /** The one that needs least of those that flow; -1 when none does. */
  int smallest() {
    int smallest = -1;
    for (int i = 0; i < rates.length; i++) {
      if (rates[i] > 0 && (smallest < 0 || rates[i] < rates[smallest])) {
        smallest = i;
      }
    }
    return smallest;
  }
}

#include "verify/reloader.h"

namespace assay::verify {

void Reloader::request() {
  if (waiting_.exchange(true)) return;
  const bool added = jobs_.add([this] {
    waiting_.store(false);  // before the sources are read: a later request asks for what they say later
    static_cast<void>(engine_.reload(&stop_));
  });
  if (added) return;
  waiting_.store(false);
  static_cast<void>(engine_.reload());  // no thread can be had
}

}  // namespace assay::verify

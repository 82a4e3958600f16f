// The verifiers as Python sees them.
//
// A call waits without the GIL if it may be long: for a batch from kReleaseFrom tokens on, for a verifier whose keys
// come from URLs, and while keys are read. Notes of the library are kept, and handed to Python's on_note at the end of
// the call in which somebody noticed them: so no thread of the engine ever waits for the GIL.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nanobind/nanobind.h>

#include "assay/static_token_verifier.h"
#include "assay/verifier.h"

namespace assay::python {

namespace nb = nanobind;

// Lines that wait for Python. Thread safe without a lock, so that a process may fork at any moment.
class Notes {
 public:
  Notes() = default;
  Notes(const Notes&) = delete;
  Notes& operator=(const Notes&) = delete;
  ~Notes() { take(); }

  void add(std::string_view line);
  // Takes all lines out, in their order. Cheap if there are none.
  std::vector<std::string> take();

 private:
  struct Note {
    std::string line;
    Note* before = nullptr;
  };
  std::atomic<Note*> last_ = nullptr;
  std::atomic<std::size_t> count_ = 0;
};

class Verifier {
 public:
  // A batch of at least so many tokens is judged without the GIL. Measured on Zen 4 with HS256, the fastest algorithm:
  // a token costs 0.72 us, and giving the GIL up and taking it back 0.05 us, if no other thread wants it. If one does,
  // taking it back may wait for milliseconds, which a single token is not worth.
  static constexpr std::size_t kReleaseFrom = 4;

  Verifier(const nb::dict& options, nb::object on_note);

  Verdict verify(nb::handle token, nb::handle at) const;
  nb::list verify_batch(nb::handle tokens, nb::handle at) const;
  std::optional<AccessToken> load_access_token(nb::handle token) const;
  void reload();

  const JwtVerifier& engine() const noexcept { return *verifier_; }
  nb::object on_note() const { return on_note_; }
  void clear() { on_note_.reset(); }
  void deliver_notes() const;

 private:
  std::shared_ptr<Notes> notes_ = std::make_shared<Notes>();
  std::optional<JwtVerifier> verifier_;
  bool may_fetch_ = false;
  nb::object on_note_;  // a callable or None
};

void bind_verifiers(nb::module_& module);

}  // namespace assay::python

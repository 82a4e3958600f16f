#include "verifier.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arrow.h"
#include "convert.h"
#include "options.h"

namespace assay::python {
namespace {

constexpr std::size_t kMostNotes = 1000;  // that wait at a time

// A sequence of moments, and not one moment.
bool is_sequence(nb::handle at) {
  const bool is_bytes = PyBytes_Check(at.ptr()) || PyByteArray_Check(at.ptr()) || PyMemoryView_Check(at.ptr());
  return !at.is_none() && !PyUnicode_Check(at.ptr()) && !is_bytes && nb::hasattr(at, "__len__") &&
         nb::hasattr(at, "__getitem__");
}

using Moments = std::vector<std::optional<Instant>>;  // None: the token has no time

Moments to_instants(nb::handle at, std::size_t count) {
  Moments moments;
  for (const nb::handle one : at) moments.push_back(one.is_none() ? std::nullopt : std::optional(to_instant(one)));
  if (moments.size() != count) {
    throw nb::value_error(("at: " + std::to_string(moments.size()) + " times for " + std::to_string(count) +
                           " tokens; give one for each, or one for all")
                              .c_str());
  }
  return moments;
}

// Judges each token at its moment. One that has none is not judged now instead: that would be a guess.
void judge_at(const JwtVerifier& verifier, std::span<const std::string_view> tokens, const Moments& moments,
              std::vector<Verdict>& verdicts) {
  const Instant now = Instant::now();
  std::vector<Instant> each;
  each.reserve(moments.size());
  for (const std::optional<Instant>& moment : moments) each.push_back(moment.value_or(now));
  verifier.verify_batch(tokens, verdicts, each);
  for (std::size_t i = 0; i < moments.size(); ++i) {
    const bool is_missing = !verdicts[i].valid() && verdicts[i].reason() == Reason::missing_token;
    if (moments[i] || is_missing) continue;
    verdicts[i] = {};
    verdicts[i].reasons = Reason::missing_time;
    verdicts[i].judged_at = now;
    verdicts[i].detail = "the token has no time: None stands for it in `at`";
  }
}

// The cycle of a verifier and an on_note that knows it, for Python's garbage collector.
int traverse(PyObject* self, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(self));
  if (!nb::inst_ready(self)) return 0;
  const nb::object on_note = nb::inst_ptr<Verifier>(self)->on_note();
  Py_VISIT(on_note.ptr());
  return 0;
}

int clear(PyObject* self) {
  if (nb::inst_ready(self)) nb::inst_ptr<Verifier>(self)->clear();  // else its constructor failed, or has not run
  return 0;
}

PyType_Slot kVerifierSlots[] = {
    {Py_tp_traverse, reinterpret_cast<void*>(traverse)}, {Py_tp_clear, reinterpret_cast<void*>(clear)}, {0, nullptr}};

StaticTokenVerifier make_static(const std::string& json, std::vector<std::string> scopes, const std::string& profile) {
  nb::dict options;
  options["profile"] = profile.c_str();
  Result<StaticTokenVerifier> made =
      StaticTokenVerifier::create(json, std::move(scopes), read_options(options).policy.profile);
  if (!made) raise_setup_error(made.error());
  return std::move(*made);
}

nb::object snapshot(nb::handle tokens) {
  if (!nb::hasattr(tokens, "__iter__")) raise_wrong_type(tokens, "tokens", "tokens as str or bytes");
  require_order(tokens, "tokens", "a list of tokens, or another sequence");
  nb::object list = nb::steal(PySequence_List(tokens.ptr()));
  if (!list.is_valid()) throw nb::python_error();
  return list;
}

}  // namespace

void Notes::add(std::string_view line) {
  const std::size_t number = count_.fetch_add(1, std::memory_order_relaxed);
  if (number > kMostNotes) return;
  auto* const note = new Note{number < kMostNotes ? std::string(line) : "further notes are left out",
                              last_.load(std::memory_order_relaxed)};
  while (!last_.compare_exchange_weak(note->before, note, std::memory_order_release, std::memory_order_relaxed)) {
  }
}

std::vector<std::string> Notes::take() {
  if (last_.load(std::memory_order_relaxed) == nullptr) return {};
  Note* note = last_.exchange(nullptr, std::memory_order_acquire);
  count_.store(0, std::memory_order_relaxed);
  std::vector<std::string> lines;
  while (note != nullptr) {
    const std::unique_ptr<Note> owned(std::exchange(note, note->before));
    lines.push_back(std::move(owned->line));
  }
  std::reverse(lines.begin(), lines.end());
  return lines;
}

Verifier::Verifier(const nb::dict& given, nb::object on_note) : on_note_(std::move(on_note)) {
  JwtVerifierOptions options = read_options(given);
  may_fetch_ = may_fetch(options);
  options.on_note = [notes = notes_](std::string_view line) { notes->add(line); };
  std::optional<Error> error;
  {
    const nb::gil_scoped_release released;
    Result<JwtVerifier> made = JwtVerifier::create(std::move(options));
    if (made) {
      verifier_.emplace(std::move(*made));
    } else {
      error = made.error();
    }
  }
  deliver_notes();
  if (error) raise_setup_error(*error);
}

void Verifier::deliver_notes() const {
  const std::vector<std::string> lines = notes_->take();
  if (!on_note_.is_valid() || on_note_.is_none()) return;
  for (const std::string& line : lines) {
    try {
      on_note_(to_str(line));
    } catch (nb::python_error& error) {  // the verdict that waits is not spoiled by a logger
      error.discard_as_unraisable("assay's on_note");
    }
  }
}

Verdict Verifier::verify(nb::handle token, nb::handle at) const {
  Keepers keepers;
  const std::string_view text = view_of(token, "token", keepers);
  const Instant moment = to_instant(at);
  Verdict verdict;
  if (may_fetch_) {
    const nb::gil_scoped_release released;
    verdict = verifier_->verify(text, moment);
  } else {
    verdict = verifier_->verify(text, moment);
  }
  deliver_notes();
  return verdict;
}

nb::list Verifier::verify_batch(nb::handle tokens, nb::handle at) const {
  if (nb::isinstance<nb::str>(tokens) || nb::isinstance<nb::bytes>(tokens)) {
    throw nb::type_error("tokens: expected a list of tokens, not a single one; for that there is verify");
  }
  // Another thread may change the caller's list while the GIL is released.
  const nb::object list = snapshot(tokens);
  const std::size_t count = nb::len(list);
  Keepers keepers;
  std::vector<std::string_view> texts;
  texts.reserve(count);
  for (const nb::handle token : list) texts.push_back(view_of(token, "tokens", keepers));
  require_order(at, "at", "a time, or a sequence of them");
  const bool has_moments = is_sequence(at);
  const Instant moment = has_moments ? Instant() : to_instant(at);
  const Moments moments = has_moments ? to_instants(at, count) : Moments();
  std::vector<Verdict> verdicts(count);
  const auto judge = [&] {
    if (has_moments) {
      judge_at(*verifier_, texts, moments, verdicts);
    } else {
      verifier_->verify_batch(texts, verdicts, moment);
    }
  };
  if (may_fetch_ || count >= kReleaseFrom) {
    const nb::gil_scoped_release released;
    judge();
  } else {
    judge();
  }
  deliver_notes();
  nb::list made;
  for (Verdict& verdict : verdicts) made.append(nb::cast(std::move(verdict)));
  return made;
}

std::optional<AccessToken> Verifier::load_access_token(nb::handle token) const {
  return verify(token, nb::none()).token;
}

void Verifier::reload() {
  std::optional<Error> error;
  {
    const nb::gil_scoped_release released;
    const Result<void> done = verifier_->reload();
    if (!done) error = done.error();
  }
  deliver_notes();
  if (error) raise_setup_error(*error);
}

void bind_verifiers(nb::module_& module) {
  nb::class_<Verifier>(module, "Verifier", nb::type_slots(kVerifierSlots))
      .def(nb::init<const nb::dict&, nb::object>(), nb::arg("options"), nb::arg("on_note").none())
      .def("verify", &Verifier::verify, nb::arg("token").none(), nb::arg("at") = nb::none(),
           nb::sig("def verify(self, token: str | bytes, at: Moment = None) -> Verdict"),
           "The verdict on one token, now or at another moment. The token is taken exactly: without 'Bearer '.")
      .def("verify_batch", &Verifier::verify_batch, nb::arg("tokens").none(), nb::arg("at") = nb::none(),
           nb::sig("def verify_batch(self, tokens: collections.abc.Iterable[str | bytes], at: Moment | "
                   "collections.abc.Sequence[Moment] = None) -> list[Verdict]"),
           "A verdict for each token, in their order. From dozens of tokens on this is much faster than single calls.")
      .def("verify_arrow", verify_arrow, nb::arg("column").none(), nb::arg("at") = nb::none(),
           nb::arg("threads").none() = 1, nb::arg("fields") = nb::none(),
           nb::sig("def verify_arrow(self, column: ArrowColumn, at: Moment | ArrowColumn = None, threads: int = 1, "
                   "fields: collections.abc.Iterable[str] | None = None) -> VerdictArray"),
           "Verdicts on a column, one for each row, as `assay verify` judges the token field of JSON records: 'Bearer' "
           "is taken off, and a null is missing_token. The column is any object with __arrow_c_array__ or "
           "__arrow_c_stream__; tokens are not copied. `at` may be a column of times. 0 threads: all cores. "
           "`fields` names the columns that are wanted: the others cost nothing.")
      .def("load_access_token", &Verifier::load_access_token, nb::arg("token").none(),
           nb::sig("def load_access_token(self, token: str | bytes) -> AccessToken | None"),
           "The AccessToken, or None if the token is rejected now.")
      .def("verify_token", &Verifier::load_access_token, nb::arg("token").none(),
           nb::sig("def verify_token(self, token: str | bytes) -> AccessToken | None"), "Is load_access_token.")
      .def("reload", &Verifier::reload, "Reads every source of keys again. On a SetupError the old keys stay.")
      .def_prop_ro(
          "backend", [](const Verifier& v) { return std::string(v.engine().backend()); },
          "What verifies signatures: 'lanes' or 'openssl'.")
      .def_prop_ro(
          "fault", [](const Verifier& v) { return v.engine().fault(); },
          "What a cross-check found: verdicts so far may be wrong. Empty: nothing.");

  nb::class_<StaticTokenVerifier>(module, "StaticTokenVerifier")
      .def("__init__",
           [](StaticTokenVerifier* self, const std::string& json, std::vector<std::string> scopes,
              const std::string& profile) {
             new (self) StaticTokenVerifier(make_static(json, std::move(scopes), profile));
           })
      .def(
          "verify",
          [](const StaticTokenVerifier& self, nb::handle token, nb::handle at) {
            Keepers keepers;
            return self.verify(view_of(token, "token", keepers), to_instant(at));
          },
          nb::arg("token").none(), nb::arg("at") = nb::none(),
          nb::sig("def verify(self, token: str | bytes, at: Moment = None) -> Verdict"),
          "unknown_token, token_expired, scope_missing, or accepted.")
      .def(
          "load_access_token",
          [](const StaticTokenVerifier& self, nb::handle token) {
            Keepers keepers;
            return self.load_access_token(view_of(token, "token", keepers));
          },
          nb::arg("token").none(), nb::sig("def load_access_token(self, token: str | bytes) -> AccessToken | None"))
      .def(
          "verify_token",
          [](const StaticTokenVerifier& self, nb::handle token) {
            Keepers keepers;
            return self.verify_token(view_of(token, "token", keepers));
          },
          nb::arg("token").none(), nb::sig("def verify_token(self, token: str | bytes) -> AccessToken | None"));
}

}  // namespace assay::python

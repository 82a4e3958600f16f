#include "grant.h"

#include <memory>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include "claims.h"
#include "convert.h"
#include "verifier.h"
#include "verify/engine.h"

namespace assay::python {
namespace {

// A session of an engine for one call.
class Borrowed {
 public:
  explicit Borrowed(verify::Engine& engine) : engine_(engine), session_(engine.acquire()) {}
  ~Borrowed() { engine_.release(std::move(session_)); }
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;

  void verify(std::span<const jose::TokenInput> inputs, std::span<jose::TokenVerdict> verdicts) {
    if (!engine_.verify(inputs, verdicts, *session_)) throw std::bad_alloc();
  }

 private:
  verify::Engine& engine_;
  std::unique_ptr<verify::Session> session_;
};

nb::object checked(PyObject* made) {
  if (made == nullptr) throw nb::python_error();
  return nb::steal(made);
}

// The value of a claim; an invalid handle if there is none.
nb::handle claim_of(nb::handle claims, nb::handle name) {
  PyObject* const found = PyDict_GetItemWithError(claims.ptr(), name.ptr());
  if (found == nullptr && PyErr_Occurred() != nullptr) throw nb::python_error();
  return found;
}

bool is_true(nb::handle value) {
  const int truth = PyObject_IsTrue(value.ptr());
  if (truth < 0) throw nb::python_error();
  return truth != 0;
}

// Makes AccessTokens of pydantic for the tokens that a verifier accepts. FastMCP's rules for their fields stand here as
// they stand in _tokens.py, which makes the others.
class Granter {
 public:
  // `fields` is the __dict__ of a token of `type`, `given` the names of the fields that its constructor was given.
  Granter(nb::object verifier, nb::object type, nb::dict fields, nb::object given)
      : keeper_(std::move(verifier)),
        verifier_(nb::cast<const Verifier&>(keeper_)),
        type_(std::move(type)),
        new_(reinterpret_cast<newfunc>(PyType_GetSlot(reinterpret_cast<PyTypeObject*>(type_.ptr()), Py_tp_new))),
        fields_(std::move(fields)),
        given_(std::move(given)),
        has_subject_(PySet_Contains(given_.ptr(), names_.subject.ptr()) == 1) {}

  // The AccessToken. A Verdict if the token is rejected, or if its claims need Python's own parser.
  nb::object judge(nb::handle token, nb::handle at) const {
    Keepers keepers;
    const jose::TokenInput input{view_of(token, "token", keepers), to_instant(at)};
    jose::TokenVerdict verdict;
    Borrowed session(verifier_.engine().engine());
    session.verify({&input, 1}, {&verdict, 1});
    verifier_.deliver_notes();
    return answer(token, input, verdict);
  }

  // The same for each token of a list.
  nb::list judge_batch(nb::handle given, nb::handle at) const {
    Keepers keepers;
    // Another thread may change the caller's list while the GIL is released.
    const nb::list tokens = nb::steal<nb::list>(checked(PySequence_List(given.ptr())).release());
    const Instant moment = to_instant(at);
    std::vector<jose::TokenInput> inputs;
    inputs.reserve(tokens.size());
    for (const nb::handle token : tokens) inputs.push_back({view_of(token, "tokens", keepers), moment});
    std::vector<jose::TokenVerdict> verdicts(inputs.size());
    Borrowed session(verifier_.engine().engine());
    if (inputs.size() < Verifier::kReleaseFrom) {
      session.verify(inputs, verdicts);
    } else {
      const nb::gil_scoped_release released;
      session.verify(inputs, verdicts);
    }
    verifier_.deliver_notes();
    nb::list made;
    for (std::size_t i = 0; i < inputs.size(); ++i) made.append(answer(tokens[i], inputs[i], verdicts[i]));
    return made;
  }

 private:
  nb::object answer(nb::handle token, const jose::TokenInput& input, const jose::TokenVerdict& verdict) const {
    if (verdict.reasons.empty()) {
      const nb::object claims = to_dict(verdict.claims);
      if (!claims.is_none()) return granted(token, claims);
    }
    return nb::cast(verify::to_verdict(verdict, input));
  }

  nb::object granted(nb::handle token, const nb::object& claims) const {
    const nb::object fields = checked(PyDict_Copy(fields_.ptr()));
    set(fields, names_.token, token);
    set(fields, names_.client_id, client_of(claims));
    set(fields, names_.scopes, scopes_of(claims));
    set(fields, names_.expires_at, expiry_of(claims));
    set(fields, names_.claims, claims);
    if (has_subject_) set(fields, names_.subject, or_none(claim_of(claims, names_.sub)));
    return pydantic(fields);
  }

  // An object with these fields, as the constructor would leave it, without a second check of their types.
  nb::object pydantic(const nb::object& fields) const {
    const nb::object nothing = checked(PyTuple_New(0));
    nb::object made = checked(new_(reinterpret_cast<PyTypeObject*>(type_.ptr()), nothing.ptr(), nullptr));
    put(made, names_.dict, fields);
    put(made, names_.fields_set, checked(PySet_New(given_.ptr())));
    put(made, names_.extra, nb::none());
    put(made, names_.private_, nb::none());
    return made;
  }

  // The first of client_id, azp and sub that counts as true, as text.
  nb::object client_of(nb::handle claims) const {
    for (const nb::handle name : {names_.client_id, names_.azp, names_.sub}) {
      const nb::handle value = claim_of(claims, name);
      if (value.is_valid() && is_true(value)) return checked(PyObject_Str(value.ptr()));
    }
    return names_.unknown;
  }

  // The words of scope, else of scp; a list as it is.
  nb::object scopes_of(nb::handle claims) const {
    for (const nb::handle name : {names_.scope, names_.scp}) {
      const nb::handle value = claim_of(claims, name);
      if (!value.is_valid()) continue;
      if (PyUnicode_Check(value.ptr())) return checked(PyUnicode_Split(value.ptr(), nullptr, -1));
      if (PyList_Check(value.ptr())) return checked(PySequence_List(value.ptr()));
    }
    return nb::list();
  }

  nb::object expiry_of(nb::handle claims) const {
    const nb::handle exp = claim_of(claims, names_.exp);
    if (!exp.is_valid() || exp.is_none()) return nb::none();
    return checked(PyNumber_Long(exp.ptr()));
  }

  static nb::object or_none(nb::handle value) { return value.is_valid() ? nb::borrow(value) : nb::none(); }
  static void set(nb::handle fields, nb::handle name, nb::handle value) {
    if (PyDict_SetItem(fields.ptr(), name.ptr(), value.ptr()) != 0) throw nb::python_error();
  }
  static void put(nb::handle object, nb::handle name, nb::handle value) {
    if (PyObject_GenericSetAttr(object.ptr(), name.ptr(), value.ptr()) != 0) throw nb::python_error();
  }

  struct Names {
    nb::object token = interned("token"), client_id = interned("client_id"), scopes = interned("scopes"),
               expires_at = interned("expires_at"), claims = interned("claims"), subject = interned("subject"),
               azp = interned("azp"), sub = interned("sub"), scope = interned("scope"), scp = interned("scp"),
               exp = interned("exp"), unknown = interned("unknown"), dict = interned("__dict__"),
               fields_set = interned("__pydantic_fields_set__"), extra = interned("__pydantic_extra__"),
               private_ = interned("__pydantic_private__");
    static nb::object interned(const char* name) { return checked(PyUnicode_InternFromString(name)); }
  };

  nb::object keeper_;  // of the verifier
  const Verifier& verifier_;
  nb::object type_;
  newfunc new_;
  nb::dict fields_;
  nb::object given_;
  Names names_;
  bool has_subject_;  // FastMCP gives the subject since 4.0
};

}  // namespace

void bind_granter(nb::module_& module) {
  nb::class_<Granter>(module, "Granter", "Makes AccessTokens of FastMCP for the tokens that a verifier accepts.")
      .def(nb::init<nb::object, nb::object, nb::dict, nb::object>(), nb::arg("verifier"), nb::arg("type"),
           nb::arg("fields"), nb::arg("given"))
      .def("judge", &Granter::judge, nb::arg("token"), nb::arg("at"),
           "The AccessToken; or the Verdict on a token that is rejected, or that has claims for Python's own parser.")
      .def("judge_batch", &Granter::judge_batch, nb::arg("tokens"), nb::arg("at"),
           "The same for each token of a list.");
}

}  // namespace assay::python

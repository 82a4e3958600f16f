#include "verdict.h"

#include <cstdint>
#include <string>

#include <nanobind/operators.h>

#include "assay/verdict.h"
#include "convert.h"

namespace assay::python {
namespace {

nb::list names_of(ReasonSet reasons) {
  nb::list names;
  for (int i = 0; i < kReasonCount; ++i) {
    if (reasons.contains(static_cast<Reason>(i))) names.append(to_str(to_string(static_cast<Reason>(i))));
  }
  return names;
}

nb::list scopes_of(const AccessToken& token) {
  nb::list scopes;
  for (const std::string& scope : token.scopes) scopes.append(to_str(scope));
  return scopes;
}

// An int of any size, as the claim has it.
nb::object expiry_of(const AccessToken& token) {
  if (token.expires_at_text.empty()) return nb::none();
  nb::object number = nb::steal(PyLong_FromString(token.expires_at_text.c_str(), nullptr, 10));
  if (!number.is_valid()) throw nb::python_error();
  return number;
}

nb::object claims_of(const AccessToken& token) {
  return nb::module_::import_("json").attr("loads")(to_str(token.claims));
}

// Calls `read` with the token of an accepted verdict; None for a rejected one.
template <class Read>
auto if_accepted(Read read) {
  return [read](const Verdict& verdict) -> nb::object {
    return verdict.token ? nb::object(read(*verdict.token)) : nb::none();
  };
}

nb::object client_of(const Verdict& verdict) {
  return verdict.client_id.empty() ? nb::none() : to_str(verdict.client_id);
}

nb::object detail_of(const Verdict& verdict) { return verdict.detail.empty() ? nb::none() : to_str(verdict.detail); }

nb::object reason_of(const Verdict& verdict) {
  return verdict.valid() ? nb::none() : to_str(to_string(verdict.reason()));
}

nb::dict as_dict(const Verdict& verdict) {
  nb::dict fields;
  fields["valid"] = verdict.valid();
  fields["alg"] = to_str_or_none(verdict.alg);
  fields["kid"] = to_str_or_none(verdict.kid);
  fields["signature"] = to_str(to_string(verdict.signature));
  fields["reason"] = reason_of(verdict);
  fields["reasons"] = names_of(verdict.reasons);
  fields["detail"] = detail_of(verdict);
  fields["client_id"] = client_of(verdict);
  fields["issuer"] = to_str_or_none(verdict.issuer);
  fields["subject"] = to_str_or_none(verdict.subject);
  fields["jti"] = to_str_or_none(verdict.jti);
  fields["scopes"] = if_accepted(scopes_of)(verdict);
  fields["expires_at"] = if_accepted(expiry_of)(verdict);
  fields["claims"] = if_accepted(claims_of)(verdict);
  return fields;
}

// Shows no token and no claim but who is meant.
nb::object shown(const Verdict& verdict) {
  if (verdict.valid()) return nb::str("<assay.Verdict accepted, client_id={!r}>").attr("format")(client_of(verdict));
  return nb::str("<assay.Verdict rejected, {}: {}>").attr("format")(reason_of(verdict), detail_of(verdict));
}

}  // namespace

void bind_verdict(nb::module_& module) {
  nb::class_<AccessToken>(module, "AccessToken", "What an accepted token grants. repr() does not show the token.")
      .def_prop_ro(
          "token", [](const AccessToken& t) { return to_str(t.token); }, "The compact JWS, exactly as given.",
          nb::sig("def token(self) -> str"))
      .def_prop_ro(
          "client_id", [](const AccessToken& t) { return to_str(t.client_id); },
          "The first of client_id, azp and sub that is present and truthy, else 'unknown'.",
          nb::sig("def client_id(self) -> str"))
      .def_prop_ro("scopes", scopes_of, "From scope, else scp.", nb::sig("def scopes(self) -> list[str]"))
      .def_prop_ro("expires_at", expiry_of, "Unix seconds, truncated; None if the token has no expiry.",
                   nb::sig("def expires_at(self) -> int | None"))
      .def_prop_ro(
          "subject", [](const AccessToken& t) { return to_str_or_none(t.subject); },
          nb::sig("def subject(self) -> str | None"))
      .def_prop_ro("claims", claims_of, "The payload as a new dict.",
                   nb::sig("def claims(self) -> dict[str, typing.Any]"))
      .def_prop_ro(
          "claims_json", [](const AccessToken& t) { return to_str(t.claims); },
          "The payload's JSON object, on one line.", nb::sig("def claims_json(self) -> str"))
      .def("__repr__", [](const AccessToken& t) {
        return nb::str("<assay.AccessToken client_id={!r}, scopes={!r}>")
            .attr("format")(to_str(t.client_id), scopes_of(t));
      });

  nb::class_<Verdict>(module, "Verdict", "The verdict on one token. It is true if the token was accepted.")
      .def("__bool__", &Verdict::valid)
      .def_prop_ro("valid", &Verdict::valid)
      .def_prop_ro("reason", reason_of, "The first failure in the order of checks; None if accepted.",
                   nb::sig("def reason(self) -> str | None"))
      .def_prop_ro(
          "reasons", [](const Verdict& v) { return names_of(v.reasons); },
          "All failures that hold once the signature is valid.", nb::sig("def reasons(self) -> list[str]"))
      .def_prop_ro(
          "signature", [](const Verdict& v) { return to_str(to_string(v.signature)); },
          "'valid', 'invalid' or 'unchecked'.", nb::sig("def signature(self) -> str"))
      .def_prop_ro(
          "alg", [](const Verdict& v) { return to_str_or_none(v.alg); }, nb::sig("def alg(self) -> str | None"))
      .def_prop_ro(
          "kid", [](const Verdict& v) { return to_str_or_none(v.kid); }, nb::sig("def kid(self) -> str | None"))
      .def_prop_ro("client_id", client_of, "None before the signature is valid.",
                   nb::sig("def client_id(self) -> str | None"))
      .def_prop_ro(
          "issuer", [](const Verdict& v) { return to_str_or_none(v.issuer); },
          nb::sig("def issuer(self) -> str | None"))
      .def_prop_ro(
          "subject", [](const Verdict& v) { return to_str_or_none(v.subject); },
          nb::sig("def subject(self) -> str | None"))
      .def_prop_ro(
          "jti", [](const Verdict& v) { return to_str_or_none(v.jti); }, nb::sig("def jti(self) -> str | None"))
      .def_prop_ro("detail", detail_of, "For a person; it never holds token material. None if accepted.",
                   nb::sig("def detail(self) -> str | None"))
      .def_prop_ro(
          "judged_at", [](const Verdict& v) { return to_datetime(v.judged_at); },
          "The moment for which the verdict holds, in UTC.", nb::sig("def judged_at(self) -> datetime.datetime"))
      .def_prop_ro("scopes", if_accepted(scopes_of), nb::sig("def scopes(self) -> list[str] | None"))
      .def_prop_ro("expires_at", if_accepted(expiry_of), nb::sig("def expires_at(self) -> int | None"))
      .def_prop_ro("claims", if_accepted(claims_of), nb::sig("def claims(self) -> dict[str, typing.Any] | None"))
      .def_prop_ro("claims_json", if_accepted([](const AccessToken& t) { return to_str(t.claims); }),
                   nb::sig("def claims_json(self) -> str | None"))
      .def_prop_ro(
          "token", [](const Verdict& v) { return v.token ? nb::cast(*v.token) : nb::none(); },
          "The AccessToken; None if rejected.", nb::sig("def token(self) -> AccessToken | None"))
      .def("to_dict", as_dict, "The fields of the verdict, as the lines of `assay verify` name them.",
           nb::sig("def to_dict(self) -> dict[str, typing.Any]"))
      .def("__repr__", shown);
}

}  // namespace assay::python

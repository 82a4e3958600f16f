#include "keys.h"

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "assay/key_pair.h"
#include "convert.h"
#include "mint/minter.h"

namespace assay::python {
namespace {

template <class T>
T value_of(Result<T> result) {
  if (!result) raise_setup_error(result.error());
  return std::move(*result);
}

Algorithm algorithm_of(nb::handle given) {
  const std::string name = argument<std::string>(given, "algorithm");
  const std::optional<Algorithm> algorithm = algorithm_from_string(name);
  if (!algorithm) raise_setup_error({"'" + name + "' is no algorithm that assay knows", "algorithm"});
  return *algorithm;
}

KeyPair read_private(nb::handle key, nb::handle algorithm) {
  Keepers keepers;
  return value_of(KeyPair::from_private(view_of(key, "private_key", keepers), algorithm_of(algorithm)));
}

// Reads the dict that assay/_keys.py makes of create_token's and mint's arguments.
TokenRequest read_request(const nb::dict& given) {
  TokenRequest request;
  request.subject = argument<std::string>(given["subject"], "subject");
  request.issuer = argument<std::string>(given["issuer"], "issuer");
  request.audiences = argument<std::vector<std::string>>(given["audiences"], "audience");
  request.audience_is_list = argument<bool>(given["audience_is_list"], "audience");
  request.scopes = argument<std::vector<std::string>>(given["scopes"], "scopes");
  request.expires_in_seconds = argument<std::int64_t>(given["expires_in_seconds"], "expires_in_seconds");
  for (const nb::handle claim : given["additional_claims"]) {
    request.additional_claims.emplace_back(argument<std::string>(claim[0], "additional_claims"),
                                           argument<std::string>(claim[1], "additional_claims"));
  }
  if (!given["kid"].is_none()) request.kid = argument<std::string>(given["kid"], "kid");
  if (!given["issued_at"].is_none()) request.issued_at = to_instant(given["issued_at"], "issued_at");
  return request;
}

void append_lines(std::string_view lines, std::vector<std::string>& to) {
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    to.emplace_back(lines.substr(0, end));
    lines.remove_prefix(end + 1);
  }
}

std::vector<std::string> mint_tokens(const KeyPair& key, const nb::dict& request, nb::handle count, nb::list faults,
                                     nb::handle seed) {
  mint::MintOptions options;
  options.request = read_request(request);
  if (!options.request.issued_at) options.request.issued_at = Instant::now();
  options.count = argument<std::uint64_t>(count, "count");
  options.distinct = true;
  options.seed = argument<std::uint64_t>(seed, "seed");
  for (const nb::handle fault : faults) {
    char digits[32];
    char* const end = std::to_chars(digits, digits + sizeof digits, argument<double>(fault[1], "faults")).ptr;
    const std::string kind = argument<std::string>(fault[0], "faults");
    options.faults.push_back(value_of(mint::parse_fault(kind + "=" + std::string(digits, end))));
  }
  std::vector<std::string> tokens;
  std::optional<Error> error;
  {
    const nb::gil_scoped_release released;
    const Result<mint::MintResult> done = mint::mint(key, std::move(options), [&](std::string_view lines) {
      append_lines(lines, tokens);
      return true;
    });
    if (!done) error = done.error();
  }
  if (error) raise_setup_error(*error);
  return tokens;
}

}  // namespace

void bind_keys(nb::module_& module) {
  nb::class_<KeyPair>(module, "KeyPair")
      .def_static("generate",
                  [](nb::handle algorithm, nb::handle bits) {
                    return value_of(KeyPair::generate(algorithm_of(algorithm), argument<int>(bits, "bits")));
                  })
      .def_static("from_private", read_private)
      .def_prop_ro("algorithm", [](const KeyPair& key) { return std::string(to_string(key.algorithm())); })
      .def_prop_ro("private_pem",
                   [](const KeyPair& key) {
                     const std::string bytes = key.private_pem();
                     return nb::bytes(bytes.data(), bytes.size());
                   })
      .def_prop_ro("public_pem", &KeyPair::public_pem)
      .def("jwks", [](const KeyPair& key, nb::handle kid) { return key.jwks(argument<std::string>(kid, "kid")); })
      .def("create_token",
           [](const KeyPair& key, const nb::dict& request) { return key.create_token(read_request(request)); });
  module.def("mint_tokens", mint_tokens);
}

}  // namespace assay::python

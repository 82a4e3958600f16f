// assay keys show: what the sources of keys give, key by key.
#include <algorithm>
#include <string>

#include "assay/keys_view.h"
#include "command.h"
#include "console.h"
#include "keys_show_words.h"
#include "run_words.h"

namespace assay::cli {
namespace {

constexpr const char* kExamples =
    R"(Examples:
  assay keys show --jwks jwks.json
  assay keys show --jwks https://idp.example.com/jwks.json
  assay keys show --config assay.toml
  assay keys show --jwks archive/ --json

Each source is shown with what it gave and with the entries that were skipped, and why. Each key is shown with its kid,
its type, its thumbprint (RFC 7638), the algorithms that it may serve, its sources, from when to when it counts, and
what is weak about it. Of a secret nothing is shown that would help to guess it.

Exit status: 0 a run would use these keys, 2 it could not start with them.
)";

// Whether there is more to show than faults, which stand on standard error.
bool has_contents(const KeysView& view) {
  return std::any_of(view.sources.begin(), view.sources.end(), [](const SourceView& source) {
    return source.keys + source.entries + source.skipped.size() + source.remarks.size() > 0;
  });
}

int run(Arguments& arguments) {
  const JwtVerifierOptions& options = arguments.verifier;
  if (sources_of(options).empty())
    return fail("keys show", "no keys: give --jwks, --public-key, --secret-file, --static-tokens or --config");
  const Result<KeysView> view = view_keys(options);
  if (!view) return fail("keys show", named(view.error(), arguments));
  int exit_code = 0;
  if (has_contents(*view)) exit_code = print_page(arguments.keys_show.json ? keys_json(*view) : keys_page(*view));
  for (const SourceView& source : view->sources)
    if (source.fault) exit_code = fail("keys show", named(*source.fault, arguments));
  for (const Error& unknown : view->unknown_keys) exit_code = fail("keys show", named(unknown, arguments));
  return exit_code;
}

}  // namespace

Command keys_show_command() {
  return {
      .name = "keys show", .summary = "Show what sources of keys give, key by key", .footer = kExamples, .run = run};
}

}  // namespace assay::cli

// The flags of keys and policy, which verify and inspect share, and the helpers that state a flag once.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/instant.h"
#include "assay/verifier.h"

namespace assay::cli {

// What keys and policy flags leave behind.
struct VerifierFlags {
  JwtVerifierOptions options;
  bool at_record = false;     // --at record
  std::optional<Instant> at;  // --at TIME; nothing: now
  // Each option given, with its value as it may be shown: paths and URLs without credentials, never a secret.
  std::vector<std::pair<std::string, std::string>> manifest;
};

// Reads one value of a flag. To refuse it, throw what refuse() makes.
using ReadValue = std::function<void(const std::string& value)>;
CLI::ValidationError refuse(const std::string& option, const std::string& why);
// A value in quotation marks, as an error shows it; shortened when long.
std::string in_quotes(std::string_view value);

// Flags with a value. The last counts, or each in turn when repeatable. Values are taken exactly as given: empty ones,
// and "[a,b]", which CLI11 would take for a list.
CLI::Option* add_value(CLI::App& app, const std::string& names, const std::string& placeholder, const std::string& help,
                       ReadValue read);
CLI::Option* add_values(CLI::App& app, const std::string& names, const std::string& placeholder,
                        const std::string& help, ReadValue read);
// A flag whose value is one of a short list.
void add_choice(CLI::App& app, const std::string& name, const std::string& help,
                std::vector<std::pair<std::string, std::function<void()>>> choices);
// A whole number between two bounds; `unit` is told when it is not.
long long whole_number(const std::string& option, const std::string& value, long long least, long long most,
                       const char* unit);

// `urls`: keys may be fetched; else from files alone.
void add_key_flags(CLI::App& app, VerifierFlags& flags, bool urls = true);
// `record_times`: --at takes `record`.
void add_policy_flags(CLI::App& app, VerifierFlags& flags, bool record_times);
// The same without --algorithm.
void add_claim_flags(CLI::App& app, VerifierFlags& flags, bool record_times);
// "RS256, RS384, ..."
std::string algorithm_names();

// Two columns, descriptions folded to the width of a page.
std::shared_ptr<CLI::FormatterBase> help_format();

}  // namespace assay::cli

// The table of flags, walked row by row.
#include "cli/flags.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/parser.h"
#include "cli/program_help.h"

namespace assay::cli {
namespace {

// A field's value as text, so that values of any type can be compared.
std::string shown(const std::string& text) { return "'" + text + "'"; }
std::string shown(bool value) { return value ? "true" : "false"; }
template <class T>
requires std::is_enum_v<T> std::string shown(T value) { return std::to_string(static_cast<int>(value)); }
template <class T>
requires std::is_arithmetic_v<T> std::string shown(T value) { return std::to_string(value); }
std::string shown(const Instant& at) { return to_rfc3339(at); }
std::string shown(const KeySource& source) { return std::to_string(static_cast<int>(source.kind)) + source.value; }
std::string shown(const mint::Fault& fault) { return std::to_string(static_cast<int>(fault.reason)); }
std::string shown(const std::pair<std::string, std::string>& claim) { return claim.first + "=" + claim.second; }
std::string shown(const ZoneRule& rule) { return rule.glob + "=" + rule.zone; }
std::string shown(const RequiredClaim& claim) { return claim.name + "=" + claim.value; }
template <class T>
std::string shown(const std::vector<T>& values) {
  std::string text = "[";
  for (const T& value : values) text += shown(value) + ",";
  return text + "]";
}
template <class T>
std::string shown(const std::optional<T>& value) {
  return value ? shown(*value) : "nothing";
}

// Every field that a flag may set, by its path in Arguments. The library's name of a field is the end of that path.
std::map<std::string, std::string> fields_of(const Arguments& all) {
  std::map<std::string, std::string> fields;
#define SHOW(path) fields[#path] = shown(all.path)
  SHOW(verifier.keys), SHOW(verifier.fetch.ssrf_safe), SHOW(verifier.fetch.ca_file), SHOW(verifier.policy.profile);
  SHOW(verifier.fetch.refetch_interval_seconds), SHOW(verifier.fetch.max_age_seconds);
  SHOW(verifier.policy.algorithms), SHOW(verifier.policy.issuers), SHOW(verifier.policy.audiences);
  SHOW(verifier.policy.required_scopes), SHOW(verifier.policy.required_type), SHOW(verifier.policy.leeway_seconds);
  SHOW(verifier.policy.required_claims), SHOW(verifier.policy.max_lifetime_seconds), SHOW(verifier.policy.revoked);
  SHOW(verifier.policy.accept_padding), SHOW(verifier.policy.max_token_bytes), SHOW(verifier.backend),
      SHOW(verifier.table_memory);
  SHOW(verifier.memo_memory), SHOW(verifier.cross_check);
  SHOW(stream.inputs), SHOW(stream.input), SHOW(stream.token_field), SHOW(stream.time_field), SHOW(stream.carry);
  SHOW(stream.time_format), SHOW(stream.time_zone), SHOW(stream.at_record), SHOW(stream.at), SHOW(stream.output),
      SHOW(stream.format), SHOW(stream.only);
  SHOW(stream.emit_token), SHOW(stream.fingerprint), SHOW(stream.summary), SHOW(stream.report);
  SHOW(stream.threads), SHOW(report.summaries), SHOW(report.output), SHOW(report.baseline);
  SHOW(stream.checkpoint), SHOW(logs.time_field), SHOW(logs.time_format), SHOW(logs.time_zones), SHOW(logs.year);
  SHOW(explain_input);
  SHOW(mint.key), SHOW(mint.algorithm), SHOW(mint.output), SHOW(mint.options.count), SHOW(mint.options.faults);
  SHOW(mint.options.seed), SHOW(mint.options.threads), SHOW(mint.options.request.subject);
  SHOW(mint.options.request.issuer), SHOW(mint.options.request.audiences), SHOW(mint.options.request.scopes);
  SHOW(mint.options.request.expires_in_seconds), SHOW(mint.options.request.additional_claims);
  SHOW(mint.options.request.kid), SHOW(mint.options.request.issued_at);
  SHOW(keygen.algorithm), SHOW(keygen.bits), SHOW(keygen.kid), SHOW(keygen.private_path), SHOW(keygen.public_path);
  SHOW(keygen.jwks_path), SHOW(keygen.force), SHOW(inspect.token), SHOW(inspect.colour), SHOW(progress), SHOW(quiet);
  SHOW(secret_encoding), SHOW(completion), SHOW(keys_show.json), SHOW(keys_fetch.urls), SHOW(keys_fetch.archive),
      SHOW(keys_fetch.quiet), SHOW(help.topic), SHOW(help.man), SHOW(help.man_dir);
  SHOW(bench.settings.algorithms), SHOW(bench.settings.backends), SHOW(bench.settings.threads);
  SHOW(bench.settings.keys), SHOW(bench.settings.batches), SHOW(bench.settings.repeated), SHOW(bench.settings.seconds);
  SHOW(bench.settings.repetitions), SHOW(bench.settings.claims_bytes), SHOW(bench.settings.tokens);
  SHOW(bench.settings.input), SHOW(bench.settings.rate), SHOW(bench.json), SHOW(bench.html), SHOW(bench.compare);
#undef SHOW
  // The program reads the file before it gives its contents to the verifier.
  fields["verifier.trust"] = shown(all.config);
  return fields;
}

std::set<std::string> changed(const Arguments& all) {
  const auto usual = fields_of(Arguments{}), now = fields_of(all);
  std::set<std::string> paths;
  for (const auto& [path, value] : now) {
    if (value != usual.at(path)) paths.insert(path);
  }
  return paths;
}

// Values that a flag accepts, none of them its default.
std::vector<std::string> samples(const Flag& flag) {
  if (flag.value.takes == Value::Takes::nothing) return {""};
  if (!flag.value.choices.empty()) return flag.value.choices;
  if (flag.name == "--algorithm") return {"ES512"};
  if (flag.name == "--backend") return {"lanes"};
  if (flag.name == "--output" && flag.commands == std::vector<std::string>{"report"}) return {"x.html"};
  if (flag.name == "--at")
    return flag.commands == std::vector<std::string>{"mint"}      ? std::vector<std::string>{"7"}
           : flag.commands == std::vector<std::string>{"inspect"} ? std::vector<std::string>{"7"}
                                                                  : std::vector<std::string>{"7", "record"};
  static const std::map<std::string, std::string> by_placeholder = {
      {"POINTER", "/x"},    {"SIZE", "1MiB"},      {"SHARE", "0.5"},
      {"NAME=JSON", "a=1"}, {"NAME=VALUE", "a=1"}, {"KIND=SHARE", "expired=0.5"},
      {"N", "2049"},        {"SECONDS", "7"},      {"S", "7"},
      {"BYTES", "777"},     {"LIST", "2,3"},       {"YEAR", "2025"}};
  const auto found = by_placeholder.find(flag.placeholder);
  if (found == by_placeholder.end()) return {"x"};
  if (flag.name == "--threads" && flag.placeholder == "N") return {"3"};
  if (flag.name == "--repetitions") return {"3"};
  return {found->second};
}

// Reads a command line of `command`. Throws what the parser throws.
Arguments parsed(const std::string& command, std::vector<std::string> words) {
  Arguments all;
  CLI::App app;
  add_flags(app, command, all);
  for (CLI::Option* option : app.get_options()) option->required(false);
  std::reverse(words.begin(), words.end());
  app.parse(words);
  return all;
}

std::vector<std::string> words_of(const Flag& flag, const std::string& value) {
  if (flag.positional()) return {value};
  if (flag.value.takes == Value::Takes::nothing) return {flag.name};
  return {flag.name, value};
}

void for_each_flag(const std::function<void(const std::string& command, const Flag& flag)>& visit) {
  for (const Command& command : commands()) {
    for (const Flag& flag : flags_of(command.name)) {
      SCOPED_TRACE(std::string(command.name) + " " + flag.name);
      visit(command.name, flag);
    }
  }
}

TEST(Flags, EveryRowIsWhole) {
  std::set<std::string> names;
  for (const Command& command : commands()) names.insert(command.name);
  for (const Flag& flag : all_flags()) {
    SCOPED_TRACE(flag.name);
    EXPECT_TRUE(flag.name.starts_with("--") ||
                flag.name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos);
    EXPECT_NE(flag.help, "");
    EXPECT_NE(flag.group, "");
    EXPECT_FALSE(flag.commands.empty());
    for (const std::string& command : flag.commands) EXPECT_TRUE(names.contains(command)) << command;
    EXPECT_TRUE(flag.value.read);
    if (!flag.positional()) {
      EXPECT_EQ(flag.placeholder.empty(), flag.value.takes == Value::Takes::nothing);
    }
  }
}

TEST(Flags, NamesAreUniqueInACommand) {
  for (const Command& command : commands()) {
    SCOPED_TRACE(command.name);
    std::set<std::string> names;
    for (const Flag& flag : flags_of(command.name)) {
      EXPECT_TRUE(names.insert(flag.name).second) << flag.name;
      if (!flag.short_name.empty()) {
        EXPECT_TRUE(names.insert(flag.short_name).second) << flag.short_name;
      }
    }
    for (const Flag& flag : flags_of(command.name)) {
      if (!flag.excludes.empty()) {
        EXPECT_TRUE(names.contains(flag.excludes)) << flag.name;
      }
    }
  }
}

TEST(Flags, EveryFlagStandsInTheHelpOfItsCommandUnderItsGroup) {
  for_each_flag([&](const std::string& command, const Flag& flag) {
    const std::string help = help_text(command);
    const std::string name = flag.short_name.empty() ? flag.name : flag.short_name + "," + flag.name;
    const std::size_t at = help.find("\n  " + name + (flag.placeholder.empty() ? "" : " " + flag.placeholder));
    ASSERT_NE(at, std::string::npos);
    if (flag.positional()) return;
    const std::size_t group = help.find("\n" + flag.group + ":\n");
    ASSERT_NE(group, std::string::npos);
    EXPECT_LT(group, at);
    EXPECT_EQ(help.substr(group + 1, at - group).find("\n\n"), std::string::npos) << "another group begins before it";
  });
}

TEST(Flags, EveryFlagSetsItsFieldsAndNoOther) {
  std::set<std::string> set_by_some;
  for_each_flag([&](const std::string& command, const Flag& flag) {
    std::set<std::string> paths;
    for (const std::string& sample : samples(flag)) paths.merge(changed(parsed(command, words_of(flag, sample))));
    set_by_some.insert(paths.begin(), paths.end());
    if (flag.value.fields.empty()) {
      EXPECT_EQ(paths.size(), 1u) << testing::PrintToString(paths);
      return;
    }
    EXPECT_EQ(paths.size(), flag.value.fields.size()) << testing::PrintToString(paths);
    for (const std::string& field : flag.value.fields) {
      EXPECT_TRUE(
          std::any_of(paths.begin(), paths.end(), [&](const std::string& path) { return path.ends_with("." + field); }))
          << field << " is not set, but " << testing::PrintToString(paths);
    }
  });
  EXPECT_EQ(set_by_some.size(), fields_of(Arguments{}).size()) << "a field without a flag";
}

TEST(Flags, ADefaultInTheHelpReadsAsTheDefault) {
  int seen = 0;
  for_each_flag([&](const std::string& command, const Flag& flag) {
    if (flag.value.default_text.empty() || !flag.default_text.empty()) return;
    ++seen;
    EXPECT_EQ(changed(parsed(command, words_of(flag, flag.default_value()))), std::set<std::string>{});
  });
  EXPECT_GT(seen, 20);
}

TEST(Flags, OnlyRepeatableFlagsAddUp) {
  for_each_flag([](const std::string& command, const Flag& flag) {
    if (flag.value.takes == Value::Takes::nothing || flag.positional()) return;
    const std::string sample = samples(flag).front();
    const Arguments all = parsed(command, {flag.name, sample, flag.name, sample});
    EXPECT_EQ(all.given.size(), flag.repeatable() ? 2u : 1u);
    EXPECT_EQ(flag.description().find("; repeatable") != std::string::npos, flag.repeatable());
  });
}

TEST(Flags, ManifestHoldsWhatWasGivenButNoSecret) {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  for_each_flag([](const std::string& command, const Flag& flag) {
    const std::string sample = samples(flag).front();
    const Pairs expected = flag.record == Record::nothing ? Pairs{} : Pairs{{flag.name, sample}};
    EXPECT_EQ(parsed(command, words_of(flag, sample)).manifest(), expected);
    EXPECT_EQ(parsed(command, {}).manifest(), Pairs{});
  });
  const Arguments all =
      parsed("verify", {"log", "--quiet", "--jwks", "HTTPS://user:secret@idp.example.com/keys?token=secret#x"});
  EXPECT_EQ(all.manifest(), (Pairs{{"--jwks", "HTTPS://idp.example.com/keys"}, {"--quiet", ""}}));
  EXPECT_EQ(parsed("inspect", {"eyJ0b2tlbg"}).given.front().value, "");
}

TEST(Flags, AnErrorOfTheLibraryIsShownWithTheFlagOfItsField) {
  EXPECT_EQ(message_of("verify", {"is empty", "policy.audiences"}), "--audience: is empty");
  EXPECT_EQ(message_of("verify", {"bad", "token_field"}), "--token-field: bad");
  EXPECT_EQ(message_of("verify", {"bad", "memo_memory"}), "--memo-memory: bad");
  EXPECT_EQ(message_of("verify", {"bad", "fetch.ssrf_safe"}), "--ssrf-safe: bad");
  EXPECT_EQ(message_of("mint", {"bad", "faults"}), "--fault: bad");
  EXPECT_EQ(message_of("verify", {"out of memory", ""}), "out of memory");
  // Four flags give keys, and FILE is no flag; the messages name the file.
  EXPECT_EQ(message_of("verify", {"a.json: bad", "keys"}), "a.json: bad");
  EXPECT_EQ(message_of("verify", {"log: bad", "inputs"}), "log: bad");
  // No flag of the command sets these.
  EXPECT_EQ(message_of("verify", {"bad", "fetch.max_bytes"}), "fetch.max_bytes: bad");
  EXPECT_EQ(message_of("inspect", {"bad", "token_field"}), "token_field: bad");
}

TEST(Flags, TheWayOutOfAnErrorIsShownAsFlags) {
  const Error error = {"s: too short", "keys", {{"policy.profile", "fastmcp"}, {"policy.algorithms", "HS256"}}};
  EXPECT_EQ(message_of("verify", error),
            "s: too short; to audit a server that took it: --profile fastmcp --algorithm HS256");
  // keygen has no flag for the profile.
  EXPECT_EQ(message_of("keygen", error), "keys: s: too short");
}

TEST(Flags, EveryFieldOfTheLibraryLeadsBackToItsFlag) {
  for_each_flag([](const std::string& command, const Flag& flag) {
    for (const std::string& field : flag.value.fields) {
      EXPECT_NE(message_of(command, {"bad", field}), field + ": bad");
    }
  });
}

}  // namespace
}  // namespace assay::cli

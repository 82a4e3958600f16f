#include "flags.h"

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

#include "assay/algorithm.h"
#include "assay/key_set.h"
#include "assay/policy.h"

namespace assay::cli {

namespace {

constexpr std::size_t kHelpColumn = 28;
constexpr std::size_t kHelpWidth = 100;
constexpr const char* kKeys = "Keys";
constexpr const char* kPolicy = "Policy";

bool has_scheme(std::string_view value, std::string_view scheme) {
  if (value.size() < scheme.size()) return false;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    const char c = value[i] >= 'A' && value[i] <= 'Z' ? static_cast<char>(value[i] - 'A' + 'a') : value[i];
    if (c != scheme[i]) return false;
  }
  return true;
}

bool is_url(std::string_view value) { return has_scheme(value, "https://") || has_scheme(value, "http://"); }

// A URL as a manifest may show it: without the user, the password and the query, which may be credentials.
std::string without_credentials(const std::string& url) {
  const std::size_t authority = url.find("://") + 3;
  const std::size_t path = std::min(url.find_first_of("/?#", authority), url.size());
  const std::size_t at = url.rfind('@', path);
  const std::size_t host = at == std::string::npos || at < authority ? authority : at + 1;
  const std::size_t query = std::min(url.find_first_of("?#", host), url.size());
  return url.substr(0, authority) + url.substr(host, query - host);
}

void split_scopes(const std::string& value, std::vector<std::string>& scopes) {
  std::size_t begin = 0;
  while (begin < value.size()) {
    const std::size_t end = std::min(value.find_first_of(" ,", begin), value.size());
    if (end > begin) scopes.push_back(value.substr(begin, end - begin));
    begin = end + 1;
  }
}

void add_key_source(CLI::App& app, VerifierFlags& flags, const std::string& name, const std::string& placeholder,
                    const std::string& help, KeySource::Kind kind, bool urls = false) {
  add_values(app, name, placeholder, help, [&flags, name, kind, urls](const std::string& value) {
    if (value.empty()) throw refuse(name, "the path is empty");
    const bool url = kind == KeySource::Kind::jwks_file && is_url(value);
    if (url && !urls) throw refuse(name, without_credentials(value) + ": fetch it into a file first, and name that");
    flags.options.keys.push_back(
        {url ? KeySource::Kind::jwks_url : kind, value, url ? without_credentials(value) : ""});
    flags.manifest.emplace_back(name, url ? without_credentials(value) : value);
  })->group(kKeys);
}

// Remembers for the manifest what a flag was given, then reads it.
ReadValue recorded(VerifierFlags& flags, const std::string& name, ReadValue read) {
  return [&flags, name, read = std::move(read)](const std::string& value) {
    read(value);
    flags.manifest.emplace_back(name, value);
  };
}

class HelpFormat : public CLI::Formatter {
 public:
  HelpFormat() { column_width(kHelpColumn); }

  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    return row("  " + make_option_name(option, is_positional) + text_of(option), make_option_desc(option));
  }
  std::string make_subcommand(const CLI::App* command) const override {
    return row("  " + command->get_display_name(true), command->get_description());
  }

 private:
  // " PATH", or what CLI11 knows of an option that was not given a placeholder: " INT=3600". No list of exclusions.
  static std::string text_of(const CLI::Option* option) {
    if (!option->get_option_text().empty()) return " " + option->get_option_text();
    if (option->get_type_size() == 0 || option->get_type_name().empty()) return "";
    const std::string value = option->get_default_str();
    return " " + option->get_type_name() + (value.empty() ? "" : "=" + value);
  }
  static std::string row(std::string text, const std::string& description) {
    std::size_t column = text.size();
    if (column + 2 > kHelpColumn) {
      text += '\n';
      column = 0;
    }
    std::size_t begin = 0;
    while (begin < description.size()) {
      text.append(kHelpColumn - column, ' ');
      std::size_t end = description.size();
      if (end - begin > kHelpWidth - kHelpColumn) {
        end = description.rfind(' ', begin + kHelpWidth - kHelpColumn);
        if (end == std::string::npos || end <= begin) end = std::min(description.find(' ', begin), description.size());
      }
      text += description.substr(begin, end - begin) + '\n';
      begin = end + 1;
      column = 0;
    }
    return text;
  }
};

}  // namespace

std::string algorithm_names() {
  std::string names;
  for (int i = 0; i < kAlgorithmCount; ++i) {
    if (i > 0) names += ", ";
    names += to_string(static_cast<Algorithm>(i));
  }
  return names;
}

CLI::ValidationError refuse(const std::string& option, const std::string& why) {
  return CLI::ValidationError(option, why);
}

std::string in_quotes(std::string_view value) {
  constexpr std::size_t kShown = 80;
  return value.size() > kShown ? "'" + std::string(value.substr(0, kShown)) + "...'" : "'" + std::string(value) + "'";
}

CLI::Option* add_values(CLI::App& app, const std::string& names, const std::string& placeholder,
                        const std::string& help, ReadValue read) {
  const auto read_all = [read = std::move(read)](const CLI::results_t& values) {
    for (const std::string& value : values) read(value);
    return true;
  };
  return app.add_option(names, read_all, help)->option_text(placeholder)->take_all();
}

CLI::Option* add_value(CLI::App& app, const std::string& names, const std::string& placeholder, const std::string& help,
                       ReadValue read) {
  const auto read_last = [read = std::move(read)](const CLI::results_t& values) {
    read(values.back());
    return true;
  };
  return app.add_option(names, read_last, help)->option_text(placeholder)->take_all();
}

void add_choice(CLI::App& app, const std::string& name, const std::string& help,
                std::vector<std::pair<std::string, std::function<void()>>> choices) {
  std::string list;
  for (const auto& choice : choices) list += (list.empty() ? "" : "|") + choice.first;
  add_value(app, name, list, help, [name, list, choices = std::move(choices)](const std::string& value) {
    for (const auto& [text, choose] : choices) {
      if (text == value) return choose();
    }
    throw refuse(name, in_quotes(value) + " is none of " + list);
  });
}

long long whole_number(const std::string& option, const std::string& value, long long least, long long most,
                       const char* unit) {
  long long number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  const bool whole = error == std::errc() && end == value.data() + value.size();
  if (!whole || number < least || number > most) {
    throw refuse(option, in_quotes(value) + " is not a whole number of " + unit + " from " + std::to_string(least) +
                             " to " + std::to_string(most));
  }
  return number;
}

void add_key_flags(CLI::App& app, VerifierFlags& flags, bool urls) {
  add_key_source(app, flags, "--jwks", urls ? "PATH|URL" : "PATH",
                 urls ? "JSON Web Key Set; https, or http on loopback; repeatable" : "JSON Web Key Set; repeatable",
                 KeySource::Kind::jwks_file, urls);
  add_key_source(app, flags, "--public-key", "PATH",
                 "PEM or DER: SPKI, PKCS#1, EC, or an X.509 certificate; repeatable", KeySource::Kind::public_key_file);
  add_key_source(app, flags, "--secret-file", "PATH",
                 "the shared secret of HS*, exact bytes but for a text file's final newline; repeatable",
                 KeySource::Kind::secret_file);
  add_key_source(app, flags, "--static-tokens", "PATH",
                 "JSON table of tokens and what they grant; for development only; repeatable",
                 KeySource::Kind::static_tokens_file);
  if (!urls) return;
  app.add_flag_callback(
         "--ssrf-safe",
         [&flags] { flags.options.fetch.ssrf_safe = true, flags.manifest.emplace_back("--ssrf-safe", ""); },
         "fetch key sets from https and public addresses only")
      ->group(kKeys);
  add_value(app, "--ca-file", "PATH", "PEM bundle to trust for https, instead of the system's",
            recorded(flags, "--ca-file",
                     [&flags](const std::string& value) {
                       if (value.empty()) throw refuse("--ca-file", "the path is empty");
                       flags.options.fetch.ca_file = value;
                     }))
      ->group(kKeys);
}

void add_policy_flags(CLI::App& app, VerifierFlags& flags, bool record_times) {
  Policy& policy = flags.options.policy;
  add_values(app, "--algorithm", "ALG",
             "allow this algorithm; repeatable; default: each that the keys permit (strict), RS256 (fastmcp); one of " +
                 algorithm_names(),
             recorded(flags, "--algorithm",
                      [&policy](const std::string& value) {
                        const auto algorithm = algorithm_from_string(value);
                        if (!algorithm) {
                          throw refuse("--algorithm", in_quotes(value) + " is not known: use " + algorithm_names());
                        }
                        policy.algorithms.push_back(*algorithm);
                      }))
      ->group(kPolicy);
  add_claim_flags(app, flags, record_times);
}

void add_claim_flags(CLI::App& app, VerifierFlags& flags, bool record_times) {
  Policy& policy = flags.options.policy;
  const auto add_exact = [&](const char* name, const char* placeholder, const char* help,
                             std::optional<std::vector<std::string>>& values) {
    add_values(app, name, placeholder, help,
               recorded(flags, name,
                        [&values](const std::string& value) {
                          if (!values) values.emplace();
                          values->push_back(value);
                        }))
        ->group(kPolicy);
  };
  add_exact("--issuer", "ISS", "require this iss; repeatable, one match suffices", policy.issuers);
  add_exact("--audience", "AUD", "require this aud; repeatable, one match suffices", policy.audiences);
  add_value(app, "--typ", "TYPE", "require this header typ, with or without application/ (at+jwt: RFC 9068)",
            recorded(flags, "--typ",
                     [&policy](const std::string& value) {
                       if (value.empty()) throw refuse("--typ", "the type is empty: leave the option out, or name one");
                       policy.required_type = value;
                     }))
      ->group(kPolicy);
  add_values(app, "--require-scope", "SCOPE",
             "require this scope; repeatable, or several separated by spaces or commas; all must be granted",
             recorded(flags, "--require-scope",
                      [&policy](const std::string& value) { split_scopes(value, policy.required_scopes); }))
      ->group(kPolicy);
  const std::string forms = record_times ? "now, record (the time in each record), Unix seconds or RFC 3339"
                                         : "now, Unix seconds or RFC 3339";
  add_value(app, "--at", "TIME", "judge at this time: " + forms + "; default now",
            recorded(flags, "--at",
                     [&flags, forms, record_times](const std::string& value) {
                       flags.at_record = record_times && value == "record";
                       flags.at = parse_unix_seconds(value);
                       if (!flags.at) flags.at = parse_rfc3339(value);
                       if (!flags.at && !flags.at_record && value != "now") {
                         throw refuse("--at",
                                      in_quotes(value) + " is no time: use " + forms + " such as 2026-11-23T09:51:01Z");
                       }
                     }))
      ->group(kPolicy);
  add_value(app, "--leeway", "SECONDS", "clock skew allowed on exp, nbf and iat; default 0",
            recorded(flags, "--leeway",
                     [&policy](const std::string& value) {
                       // A century: beyond it the option would only hide that exp is not checked.
                       policy.leeway_seconds = whole_number("--leeway", value, 0, 3'155'760'000, "seconds");
                     }))
      ->group(kPolicy);
  add_value(app, "--max-token-bytes", "N", "reject longer tokens unread; default 65536",
            recorded(flags, "--max-token-bytes",
                     [&policy](const std::string& value) {
                       policy.max_token_bytes = static_cast<std::size_t>(
                           whole_number("--max-token-bytes", value, 1, 1'073'741'824, "bytes"));
                     }))
      ->group(kPolicy);
  add_choice(
      app, "--profile", "rule book: the RFCs, or FastMCP's JWTVerifier bug for bug; default strict",
      {{"strict",
        [&flags, &policy] { policy.profile = Profile::strict, flags.manifest.emplace_back("--profile", "strict"); }},
       {"fastmcp", [&flags, &policy] {
          policy.profile = Profile::fastmcp, flags.manifest.emplace_back("--profile", "fastmcp");
        }}});
  app.get_option("--profile")->group(kPolicy);
}

std::shared_ptr<CLI::FormatterBase> help_format() { return std::make_shared<HelpFormat>(); }

}  // namespace assay::cli

// What the flags of a command leave behind: the options of the library, and what only the program needs.
//
// A plain value. One structure serves all commands; a command reads the parts that its flags set. Its defaults are
// those of the library's structures, and --help takes them from here.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/algorithm.h"
#include "assay/audit.h"
#include "assay/key_set.h"
#include "assay/result.h"
#include "assay/stream.h"
#include "assay/verifier.h"
#include "bench/report.h"
#include "mint/minter.h"

namespace assay::cli {

enum class Colour { automatic, always, never };

struct InspectArguments {
  std::optional<std::string> token;  // nothing or "-": standard input
  Colour colour = Colour::automatic;
};

struct MintArguments {
  std::string key;  // path
  Algorithm algorithm = Algorithm::RS256;
  mint::MintOptions options;
  std::string output;  // path; empty or "-": standard output
};

struct KeygenArguments {
  Algorithm algorithm = Algorithm::RS256;
  int bits = 2048;
  std::string kid;
  std::string private_path, public_path, jwks_path;  // empty: not written
  bool force = false;
};

struct BenchArguments {
  bench::Settings settings;
  std::string json, html, compare;  // paths; empty: none
};

struct KeysFetchArguments {
  std::vector<std::string> urls;
  std::string archive;  // path of the folder
  bool quiet = false;
};

struct KeysShowArguments {
  bool json = false;
};

enum class Shell { bash, zsh, fish };

struct HelpArguments {
  std::vector<std::string> topic;  // the words of a command, or none
  bool man = false;                // as a manual page
  std::string man_dir;             // folder for all manual pages; empty: none
};

struct ReportArguments {
  std::vector<std::string> summaries;  // paths
  std::string output, baseline;        // paths; empty: none
};

struct Flag;

// A flag of the command line, with its value as it may be shown ("" if it takes none or must not be recorded).
struct GivenFlag {
  const Flag* flag;  // a row of the table, never null
  std::string value;
};

struct Arguments {
  JwtVerifierOptions verifier;
  StreamOptions stream;
  LogOptions logs;
  InspectArguments inspect;
  MintArguments mint;
  KeygenArguments keygen;
  BenchArguments bench;
  KeysFetchArguments keys_fetch;
  KeysShowArguments keys_show;
  std::optional<Shell> completion;  // the shell whose completion is asked for
  HelpArguments help;
  ReportArguments report;
  SecretEncoding secret_encoding = SecretEncoding::raw;  // of every secret file
  std::string config;                                    // path of the trust file; empty: none
  bool explain_input = false;
  bool progress = false;
  bool quiet = false;
  std::vector<GivenFlag> given;  // in the order of the table of flags

  bool gave(std::string_view name) const;
  // Applies the flags that change the values of other flags. Call it once, after parsing. The error names the flag.
  Result<void> settle();
  // The recorded flags: name, value.
  std::vector<std::pair<std::string, std::string>> manifest() const;
  // Those of them that decide what is written.
  std::vector<std::pair<std::string, std::string>> decisive() const;

 private:
  // Reads the trust file. What a flag says counts over what stands at the top of the file.
  Result<void> take_trust_file();
  // Two flags fill the scopes, so an error of the library could not say which of them is at fault.
  Result<void> check_scopes() const;
};

}  // namespace assay::cli

// What the program says of itself: the text around its list of commands, in --help and in its manual page.
#pragma once

#include <string>
#include <string_view>

namespace assay::cli {

inline constexpr const char* kProgramSummary = "assay verifies JSON Web Tokens in bulk.";

inline constexpr const char* kProgramExamples =
    R"(Examples:
  assay keygen --private key.pem --public pub.pem --jwks jwks.json
  assay mint --key key.pem --count 1000 --fault expired=0.05 -o tokens.txt
  assay verify --jwks jwks.json tokens.txt
  head -1 tokens.txt | assay inspect --jwks jwks.json
  assay bench --algorithm RS256,ES256,EdDSA
)";

inline constexpr const char* kProgramNotes =
    R"(Every example of this program and its guide uses these files; a log of your own is access.ndjson.

`assay help COMMAND` and `assay COMMAND --help` show the options of a command.
)";

// The page that --help prints: of a command ("verify", "keys fetch"), of a group ("keys"), or of the program (""). The
// name must exist.
std::string help_text(std::string_view command);

}  // namespace assay::cli

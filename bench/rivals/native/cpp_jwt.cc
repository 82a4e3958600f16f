// cpp-jwt (arun11299): decode takes the key as text, so it parses the PEM for each token; there is no other way.
#include <jwt/jwt.hpp>

#include "rival.h"

namespace {

auto make_verifier(const rival::Setting& setting) {
  const std::string& algorithm = setting.algorithm;
  if (algorithm != "RS256" && algorithm != "ES256" && algorithm != "ES384" && algorithm != "HS256") rival::cannot();
  const std::string key = rival::read_file(setting.keys + (algorithm == "HS256" ? "/secret" : "/public.pem"));

  return [=, algorithms = std::vector<std::string>{algorithm}](const std::string& token) {
    using namespace jwt::params;
    std::error_code error;
    try {
      auto decoded = jwt::decode(token, jwt::params::algorithms(algorithms), error, secret(key), issuer(setting.issuer),
                                 aud(setting.audience), verify(true));
      // Without the claim there would be nothing that decode compares.
      return !error && decoded.has_claim("exp") && decoded.has_claim("iss") && decoded.has_claim("aud");
    } catch (const std::exception&) {
      return false;
    }
  };
}

}  // namespace

int main(int argc, char** argv) { return rival::run(argc, argv, make_verifier); }

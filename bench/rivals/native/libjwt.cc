// libjwt 1.10: jwt_decode takes the key as text, so it parses the PEM for each token; there is no other way. It has no
// checks of claims either: exp, iss and aud are compared here.
#include <jwt.h>

#include <memory>

#include "rival.h"

namespace {

auto make_verifier(const rival::Setting& setting) {
  const jwt_alg_t algorithm = jwt_str_alg(setting.algorithm.c_str());
  if (algorithm == JWT_ALG_INVAL) rival::cannot();
  const std::string key = rival::read_file(setting.keys + (setting.algorithm == "HS256" ? "/secret" : "/public.pem"));

  return [=](const std::string& token) {
    jwt_t* decoded = nullptr;
    if (jwt_decode(&decoded, token.c_str(), reinterpret_cast<const unsigned char*>(key.data()),
                   static_cast<int>(key.size())) != 0) {
      return false;
    }
    std::unique_ptr<jwt_t, decltype(&jwt_free)> jwt(decoded, jwt_free);
    if (jwt_get_alg(jwt.get()) != algorithm) return false;
    const char* issuer = jwt_get_grant(jwt.get(), "iss");
    const char* audience = jwt_get_grant(jwt.get(), "aud");
    return jwt_get_grant_int(jwt.get(), "exp") > std::time(nullptr) && issuer && setting.issuer == issuer && audience &&
           setting.audience == audience;
  };
}

}  // namespace

int main(int argc, char** argv) { return rival::run(argc, argv, make_verifier); }

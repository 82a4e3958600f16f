// cjose: JWS only, so exp, iss and aud are read here with jansson, as its users do.
#include <cjose/cjose.h>
#include <jansson.h>

#include <cstring>
#include <memory>

#include "rival.h"

namespace {

using Json = std::unique_ptr<json_t, decltype(&json_decref)>;

bool is_string(const json_t* value, const std::string& expected) {
  return json_is_string(value) && expected == json_string_value(value);
}

bool holds(const json_t* audience, const std::string& expected) {
  if (!json_is_array(audience)) return is_string(audience, expected);
  size_t index = 0;
  const json_t* one = nullptr;
  json_array_foreach(audience, index, one) if (is_string(one, expected)) return true;
  return false;
}

auto make_verifier(const rival::Setting& setting) {
  const std::string& algorithm = setting.algorithm;
  if (algorithm != "RS256" && algorithm != "PS256" && algorithm != "ES256" && algorithm != "ES384" &&
      algorithm != "HS256") {
    rival::cannot();
  }
  // cjose reads one key, not a set.
  const std::string text = rival::read_file(setting.keys + "/jwks.json");
  Json set(json_loadb(text.data(), text.size(), 0, nullptr), json_decref);
  char* key = json_dumps(json_array_get(json_object_get(set.get(), "keys"), 0), JSON_COMPACT);
  if (!key) rival::die("jwks.json: no key");
  cjose_err error{};
  cjose_jwk_t* jwk = cjose_jwk_import(key, std::strlen(key), &error);
  std::free(key);
  if (!jwk) rival::die(std::string("jwks.json: ") + error.message);

  return [=](const std::string& token) {
    cjose_err ignored{};
    std::unique_ptr<cjose_jws_t, decltype(&cjose_jws_release)> jws(
        cjose_jws_import(token.data(), token.size(), &ignored), cjose_jws_release);
    if (!jws) return false;
    const char* named = cjose_header_get(cjose_jws_get_protected(jws.get()), CJOSE_HDR_ALG, &ignored);
    if (!named || setting.algorithm != named) return false;
    if (!cjose_jws_verify(jws.get(), jwk, &ignored)) return false;
    uint8_t* payload = nullptr;
    size_t size = 0;
    if (!cjose_jws_get_plaintext(jws.get(), &payload, &size, &ignored)) return false;
    Json claims(json_loadb(reinterpret_cast<const char*>(payload), size, 0, nullptr), json_decref);
    const json_t* expires = json_object_get(claims.get(), "exp");
    return json_is_number(expires) && json_number_value(expires) > static_cast<double>(std::time(nullptr)) &&
           is_string(json_object_get(claims.get(), "iss"), setting.issuer) &&
           holds(json_object_get(claims.get(), "aud"), setting.audience);
  };
}

}  // namespace

int main(int argc, char** argv) { return rival::run(argc, argv, make_verifier); }

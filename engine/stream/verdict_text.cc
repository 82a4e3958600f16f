#include "stream/verdict_text.h"

#include "digest/digest.h"

namespace assay::stream {

char* write_fingerprint(char* to, std::string_view token) {
  unsigned char hash[32];
  digest::sha2(Hash::SHA256, token, hash);
  codec::base64url_encode({reinterpret_cast<const char*>(hash), sizeof hash}, to);
  return to + kFingerprintRoom;
}

}  // namespace assay::stream

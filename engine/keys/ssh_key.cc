#include "keys/ssh_key.h"

#include <cstdint>
#include <string>

#include "jwk/big_endian.h"
#include "jwk/pem.h"

namespace assay::keys {
namespace {

// Takes the fields of a binary packet off one by one (RFC 4251 §5).
class Packet {
 public:
  explicit Packet(std::string_view bytes) noexcept : left_(bytes) {}

  bool number(std::uint32_t& to) noexcept {
    if (left_.size() < 4) return false;
    to = 0;
    for (int i = 0; i < 4; ++i) to = to << 8 | static_cast<unsigned char>(left_[static_cast<std::size_t>(i)]);
    left_.remove_prefix(4);
    return true;
  }
  bool text(std::string_view& to) noexcept {
    std::uint32_t size = 0;
    if (!number(size) || size > left_.size()) return false;
    to = left_.substr(0, size);
    left_.remove_prefix(size);
    return true;
  }
  // A positive integer, without leading zeros.
  bool integer(std::string& to) {
    std::string_view bytes;
    if (!text(bytes) || (!bytes.empty() && (bytes.front() & 0x80) != 0)) return false;
    to = jwk::without_leading_zeros(bytes);
    return !to.empty();
  }
  bool at_end() const noexcept { return left_.empty(); }

 private:
  std::string_view left_;
};

// The first line: the name of the type and the base64 after blanks.
struct Line {
  std::string_view type, base64;
};
std::optional<Line> line_of(std::string_view text) noexcept {
  constexpr std::string_view kBlanks = " \t\n\v\f\r";
  const std::size_t type_end = text.find_first_of(kBlanks);
  if (type_end == 0 || type_end == std::string_view::npos) return {};
  const std::size_t begin = text.find_first_not_of(" \t", type_end);
  if (begin == type_end || begin == std::string_view::npos) return {};
  const std::string_view base64 = text.substr(begin, text.find_first_of(kBlanks, begin) - begin);
  if (base64.empty()) return {};
  return Line{text.substr(0, type_end), base64};
}

bool read_curve_point(std::string_view type, Packet& packet, Jwk& key) {
  key.type = KeyType::EC;
  key.curve = type == "ecdsa-sha2-nistp256"   ? Curve::P256
              : type == "ecdsa-sha2-nistp384" ? Curve::P384
              : type == "ecdsa-sha2-nistp521" ? Curve::P521
                                              : Curve::none;
  std::string_view name, point;
  const std::size_t width = info(key.curve).bytes;
  if (key.curve == Curve::none || !packet.text(name) || name != type.substr(type.rfind('-') + 1) ||
      !packet.text(point) || point.size() != 2 * width + 1 || point.front() != 4)
    return false;
  key.x = point.substr(1, width);
  key.y = point.substr(1 + width);
  return true;
}

// Reads the numbers after the name of the type.
bool read_numbers(std::string_view type, Packet& packet, Jwk& key) {
  if (type == "ssh-rsa") {
    key.type = KeyType::RSA;
    return packet.integer(key.e) && packet.integer(key.n);
  }
  if (type == "ssh-ed25519") {
    key.type = KeyType::OKP;
    key.curve = Curve::Ed25519;
    std::string_view point;
    if (!packet.text(point) || point.size() != info(key.curve).bytes) return false;
    key.x = point;
    return true;
  }
  return read_curve_point(type, packet, key);
}

std::optional<Jwk> read_public_packet(std::string_view bytes, std::string_view wanted_type) {
  Packet packet(bytes);
  std::string_view type;
  Jwk key;
  if (!packet.text(type) || (!wanted_type.empty() && type != wanted_type) || !read_numbers(type, packet, key) ||
      !packet.at_end())
    return {};
  return key;
}

}  // namespace

bool looks_like_ssh_public_key(std::string_view text) noexcept {
  for (const std::string_view type : {"ssh-rsa", "ssh-dss", "ssh-ed25519", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"})
    if (text.starts_with(type)) return true;
  return false;
}

std::optional<Jwk> read_ssh_public_key(std::string_view text) {
  const std::optional<Line> line = line_of(text);
  if (!line) return {};
  return read_public_packet(jwk::bytes_of_base64(line->base64), line->type);
}

bool is_ssh_public_key(std::string_view text) {
  if (read_ssh_public_key(text)) return true;
  const std::optional<Line> line = line_of(text);
  if (!line || line->type != "ssh-dss") return false;
  const std::string bytes = jwk::bytes_of_base64(line->base64);
  Packet packet(bytes);
  std::string_view type;
  std::string p, q, g, y;
  return packet.text(type) && type == line->type && packet.integer(p) && packet.integer(q) && packet.integer(g) &&
         packet.integer(y) && packet.at_end();
}

std::optional<Jwk> read_ssh_private_key(std::string_view content) {
  constexpr std::string_view kMagic("openssh-key-v1\0", 15);
  if (!content.starts_with(kMagic)) return {};
  Packet packet(content.substr(kMagic.size()));
  std::string_view cipher, derivation, options, public_packet, secret;
  std::uint32_t keys = 0, one = 0, other = 1;
  if (!packet.text(cipher) || !packet.text(derivation) || !packet.text(options) || !packet.number(keys) || keys != 1 ||
      !packet.text(public_packet) || !packet.text(secret) || !packet.at_end() || cipher != "none" ||
      derivation != "none")
    return {};
  Packet secrets(secret);
  if (!secrets.number(one) || !secrets.number(other) || one != other) return {};
  return read_public_packet(public_packet, {});
}

}  // namespace assay::keys

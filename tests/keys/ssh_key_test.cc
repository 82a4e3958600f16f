#include "keys/ssh_key.h"

#include <gtest/gtest.h>

#include <string>

#include "jwk/pem.h"
#include "keys/public_key.h"
#include "keys/ssh_text.h"

namespace assay::keys {
namespace {

Jwk some_key(const EvpKey& key) { return *read_public_key(public_pem(key), Profile::strict, "key"); }

TEST(SshKey, IsReadFromItsLine) {
  for (const EvpKey& key :
       {p256(), EvpKey(EVP_RSA_gen(2048)), EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"))}) {
    const Jwk wanted = some_key(key);
    const std::string line = ssh_line(wanted);
    EXPECT_TRUE(looks_like_ssh_public_key(line));
    EXPECT_TRUE(is_ssh_public_key(line));
    const std::optional<Jwk> read = read_ssh_public_key(line);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->type, wanted.type);
    EXPECT_EQ(read->n + read->e + read->x + read->y, wanted.n + wanted.e + wanted.x + wanted.y);
  }
}

TEST(SshKey, IsRefusedIfItIsBrokenOrOfAnotherType) {
  const Jwk key = some_key(p256());
  const std::string packet = ssh_packet(key), type = "ecdsa-sha2-nistp256 ";
  for (std::size_t size = 0; size < packet.size(); ++size)
    EXPECT_FALSE(read_ssh_public_key(type + standard_base64(packet.substr(0, size)))) << size;
  EXPECT_FALSE(read_ssh_public_key(type + standard_base64(packet + "x")));
  EXPECT_FALSE(read_ssh_public_key("ssh-rsa " + standard_base64(packet)));
  EXPECT_FALSE(read_ssh_public_key(" " + type + standard_base64(packet)));
  EXPECT_FALSE(read_ssh_public_key("ssh-rsa"));
  EXPECT_FALSE(read_ssh_public_key("ssh-rsa  "));
  EXPECT_FALSE(read_ssh_public_key(""));
}

TEST(SshKey, DsaIsAPublicKeyAndOfNoUse) {
  const std::string packet =
      ssh_field("ssh-dss") + ssh_integer("p") + ssh_integer("q") + ssh_integer("g") + ssh_integer("y");
  EXPECT_TRUE(is_ssh_public_key("ssh-dss " + standard_base64(packet)));
  EXPECT_FALSE(is_ssh_public_key("ssh-dss " + standard_base64(packet + "z")));
  EXPECT_FALSE(read_ssh_public_key("ssh-dss " + standard_base64(packet)));
}

TEST(SshKey, IsReadFromItsPrivateBlockUnlessThatIsEncrypted) {
  const Jwk key = some_key(p256());
  const auto content = [](const std::string& pem) {
    return jwk::pem_blocks(pem, jwk::PemReader::cryptography).front().der;
  };
  const std::optional<Jwk> read = read_ssh_private_key(content(ssh_private_pem(key)));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->x, key.x);
  EXPECT_FALSE(read_ssh_private_key(content(ssh_private_pem(key, "aes256-ctr"))));
  const std::string whole = content(ssh_private_pem(key));
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(read_ssh_private_key(whole.substr(0, size)));
}

}  // namespace
}  // namespace assay::keys

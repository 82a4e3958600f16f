#include "memo/token_entry.h"

#include <cstring>
#include <new>
#include <span>

namespace assay::memo {
namespace {

using Piece = TokenEntry::Piece;

constexpr std::size_t kMostTexts = 12 << 10;  // bytes of a verdict: a Piece counts the bytes of an entry in 16 bits

// Writes the texts of a verdict behind the token. Most of them lie within the claims and are written only once, with
// them; texts that had to be unescaped lie elsewhere.
class TextWriter {
 public:
  // `end`: bytes of `entry` that are in use.
  TextWriter(char* entry, std::size_t end, std::string_view claims) noexcept : entry_(entry), end_(end) {
    claims_ = append(claims);
    source_ = claims;
  }

  Piece claims() const noexcept { return claims_; }
  Piece put(std::string_view text) noexcept {
    const auto first = reinterpret_cast<std::uintptr_t>(source_.data());
    const auto here = reinterpret_cast<std::uintptr_t>(text.data());
    if (here < first || here + text.size() > first + source_.size()) return append(text);
    return {static_cast<std::uint16_t>(claims_.begin + (here - first)), static_cast<std::uint16_t>(text.size())};
  }
  std::size_t end() const noexcept { return end_; }

 private:
  Piece append(std::string_view text) noexcept {
    const Piece piece{static_cast<std::uint16_t>(end_), static_cast<std::uint16_t>(text.size())};
    if (!text.empty()) std::memcpy(entry_ + end_, text.data(), text.size());
    end_ += text.size();
    return piece;
  }

  char* entry_;
  std::size_t end_;
  Piece claims_;
  std::string_view source_;
};

std::size_t bytes_of_texts(const jose::TokenVerdict& verdict) noexcept {
  std::size_t bytes = verdict.alg.size() + verdict.kid.size() + verdict.client_id.size() + verdict.issuer.size() +
                      verdict.subject.size() + verdict.jti.size() + verdict.expires_at.size() + verdict.claims.size() +
                      verdict.scopes.size() * sizeof(Piece);
  for (const std::string_view scope : verdict.scopes) bytes += scope.size();
  return bytes;
}

}  // namespace

bool TokenEntry::can_hold(const jose::TokenVerdict& verdict) noexcept { return bytes_of_texts(verdict) <= kMostTexts; }

std::size_t TokenEntry::bytes_for(std::string_view token, const jose::TokenVerdict* verdict) noexcept {
  return sizeof(TokenEntry) + token.size() + (verdict == nullptr ? 0 : bytes_of_texts(*verdict));
}

std::size_t TokenEntry::write(char* memory, std::uint32_t tag, std::string_view token, std::uint32_t key,
                              const jose::TokenVerdict* verdict, const jose::Interval& accepted) noexcept {
  auto* made = new (memory) TokenEntry();
  made->tag = tag;
  made->key = key;
  made->scope_count = verdict == nullptr ? 0 : static_cast<std::uint16_t>(verdict->scopes.size());
  made->token = {static_cast<std::uint16_t>(sizeof(TokenEntry) + made->scope_count * sizeof(Piece)),
                 static_cast<std::uint16_t>(token.size())};
  std::memcpy(memory + made->token.begin, token.data(), token.size());
  const std::size_t end = made->token.begin + token.size();
  if (verdict == nullptr) return end;
  TextWriter to(memory, end, verdict->claims);
  made->accepted = accepted;
  made->has_alg = verdict->has_alg;
  made->has_kid = verdict->has_kid;
  made->has_client_id = verdict->has_client_id;
  made->has_issuer = verdict->has_issuer;
  made->has_subject = verdict->has_subject;
  made->has_jti = verdict->has_jti;
  made->claims = to.claims();
  made->alg = to.put(verdict->alg);
  made->kid = to.put(verdict->kid);
  made->client_id = to.put(verdict->client_id);
  made->issuer = to.put(verdict->issuer);
  made->subject = to.put(verdict->subject);
  made->jti = to.put(verdict->jti);
  made->expires_at = to.put(verdict->expires_at);
  for (std::size_t i = 0; i < verdict->scopes.size(); ++i) new (&made->scopes()[i]) Piece(to.put(verdict->scopes[i]));
  return to.end();
}

bool TokenEntry::recall(Instant at, jose::TokenVerdict& verdict, base::Arena& arena) const {
  if (!accepted.contains(at)) return false;
  verdict.signature = SignatureState::valid;
  verdict.has_alg = has_alg;
  verdict.has_kid = has_kid;
  verdict.has_client_id = has_client_id;
  verdict.has_issuer = has_issuer;
  verdict.has_subject = has_subject;
  verdict.has_jti = has_jti;
  verdict.alg = text(alg);
  verdict.kid = text(kid);
  verdict.client_id = text(client_id);
  verdict.issuer = text(issuer);
  verdict.subject = text(subject);
  verdict.jti = text(jti);
  verdict.expires_at = text(expires_at);
  verdict.claims = text(claims);
  const std::span<std::string_view> list = arena.array<std::string_view>(scope_count);
  for (std::size_t i = 0; i < list.size(); ++i) list[i] = text(scopes()[i]);
  verdict.scopes = list;
  return true;
}

}  // namespace assay::memo

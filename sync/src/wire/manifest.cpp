#include "tillcue/sync/manifest.hpp"

#include <algorithm>
#include <charconv>

#include "json_fields.hpp"
#include "tillcue/sync/topics.hpp"

namespace tillcue::sync {
namespace {

constexpr char const* kWhat = "manifest";
constexpr std::size_t kDigest = 32;
constexpr std::size_t kMaxNote = 500;

std::string joined(std::vector<Sha256> const& digests) {
  std::string bytes;
  bytes.reserve(digests.size() * kDigest);
  for (auto const& digest : digests) bytes += as_text(digest.bytes);
  return bytes;
}

std::vector<Sha256> split(std::span<std::byte const> bytes) {
  std::vector<Sha256> digests(bytes.size() / kDigest);
  for (std::size_t n = 0; n < digests.size(); ++n) {
    auto const part = bytes.subspan(n * kDigest, kDigest);
    std::copy(part.begin(), part.end(), digests[n].bytes.begin());
  }
  return digests;
}

/// The rules that both ends keep; decode has checked types and ranges before.
Result<void> check(Manifest const& m) {
  auto const bad = [](std::string const& why) { return fail(Code::invalid, std::string(kWhat) + ": " + why); };
  if (!is_topic_name(m.chain)) return bad("\"chain\" must be 1 to 64 letters, digits or -_.:");
  if (!is_topic_name(m.scope)) return bad("\"scope\" must be 1 to 64 letters, digits or -_.:");
  if (m.release == 0 || m.release > kMaxInteger) return bad("\"release\" must be 1..2^53-1");
  if (m.size == 0 || m.size > kMaxBundle) return bad("\"size\" must be 1.." + std::to_string(kMaxBundle));
  if (m.chunk_bytes != kChunkBytes) return bad("\"chunk\" must be " + std::to_string(kChunkBytes) + " in format 1");
  if (m.created <= 0) return bad("\"created\" must be seconds since 1970");
  if (m.expires <= m.created) return bad("\"expires\" is not after \"created\"");
  if (m.note.size() > kMaxNote || !is_utf8(m.note)) return bad("\"note\" must be UTF-8 of at most 500 bytes");
  if (!compare_versions(m.minimum_version, "0")) return bad("\"min_version\" must be like 1.2.3");
  if (m.chunk_list) {
    if (!m.chunks.empty()) return bad("carries both \"chunks\" and \"chunk_list\"");
  } else if (m.chunks.size() != m.chunk_count()) {
    return bad("\"chunks\" holds " + std::to_string(m.chunks.size()) + " digests, \"size\" needs " +
               std::to_string(m.chunk_count()));
  } else if (m.chunks.size() > kMaxInlineChunks) {
    return bad("\"chunks\" holds more than 200 digests: use \"chunk_list\"");
  }
  return {};
}

Result<Sha256> digest_field(Fields& fields, char const* name) {
  auto const digest = Sha256::parse(fields.text(name, 64, 64));
  if (!digest) fields.reject(name, "must be 64 lower-case hexadecimal digits");
  return digest.value_or(Sha256{});
}

std::vector<Sha256> chunks_field(Fields& fields) {
  auto const bytes = from_base64(fields.text("chunks", kMaxInlineChunks * 44));
  if (!bytes || bytes->size() % kDigest != 0) {
    fields.reject("chunks", "must be the base64 of digests of 32 bytes each");
    return {};
  }
  return split(*bytes);
}

}  // namespace

std::uint32_t Manifest::chunk_count() const noexcept {
  return chunk_bytes == 0 ? 0 : static_cast<std::uint32_t>((size + chunk_bytes - 1) / chunk_bytes);
}

std::size_t Manifest::chunk_size(std::uint32_t index) const noexcept {
  auto const begin = static_cast<std::uint64_t>(index) * chunk_bytes;
  return begin >= size ? 0 : static_cast<std::size_t>(std::min<std::uint64_t>(chunk_bytes, size - begin));
}

Result<CutBundle> cut_bundle(std::span<std::byte const> bundle) {
  if (bundle.empty() || bundle.size() > kMaxBundle) {
    return fail(Code::invalid, "bundle of " + std::to_string(bundle.size()) + " bytes: must be 1.." +
                                   std::to_string(kMaxBundle) + " bytes to travel");
  }
  CutBundle cut;
  cut.manifest.bundle = sha256(bundle);
  cut.manifest.size = bundle.size();
  for (std::size_t begin = 0; begin < bundle.size(); begin += kChunkBytes) {
    cut.chunks.push_back(sha256(bundle.subspan(begin, std::min(kChunkBytes, bundle.size() - begin))));
  }
  if (cut.chunks.size() <= kMaxInlineChunks) {
    cut.manifest.chunks = cut.chunks;
  } else {
    cut.chunk_list_bytes = joined(cut.chunks);
    cut.manifest.chunk_list = sha256(as_bytes(cut.chunk_list_bytes));
  }
  return cut;
}

Result<std::string> encode_manifest(Manifest const& m) {
  if (auto ok = check(m); !ok) return tl::unexpected(ok.error());
  Json json{{"format", 1},
            {"chain", m.chain},
            {"scope", m.scope},
            {"release", m.release},
            {"bundle", m.bundle.hex()},
            {"size", m.size},
            {"chunk", m.chunk_bytes},
            {"created", m.created},
            {"expires", m.expires},
            {"min_version", m.minimum_version}};
  if (m.chunk_list) {
    json["chunk_list"] = m.chunk_list->hex();
  } else {
    json["chunks"] = to_base64(as_bytes(joined(m.chunks)));
  }
  if (!m.note.empty()) json["note"] = m.note;
  return json.dump();
}

Result<Manifest> decode_manifest(std::string_view body) {
  auto const json = parse_json(body, kMaxEnvelope, 8, kWhat);
  if (!json) return tl::unexpected(json.error());
  Fields fields(*json, kWhat);
  auto const format = fields.number("format", 1, kMaxInteger);
  if (!fields.ok()) return fields.error();
  if (format != 1) {
    return fail(Code::unsupported, "manifest: \"format\" " + std::to_string(format) + " is newer: update the program");
  }
  Manifest m;
  m.chain = fields.text("chain", kMaxIdentifier, 1);
  m.scope = fields.text("scope", kMaxIdentifier, 1);
  m.release = fields.number("release", 1, kMaxInteger);
  m.bundle = *digest_field(fields, "bundle");
  m.size = fields.number("size", 1, kMaxBundle);
  m.chunk_bytes = static_cast<std::uint32_t>(fields.number("chunk", 1, UINT32_MAX));
  m.created = static_cast<std::int64_t>(fields.number("created", 1, kMaxInteger));
  m.expires = static_cast<std::int64_t>(fields.number("expires", 1, kMaxInteger));
  m.minimum_version = fields.text("min_version", 32, 1);
  m.note = fields.optional_text("note", kMaxNote);
  if (fields.has("chunk_list")) m.chunk_list = *digest_field(fields, "chunk_list");
  if (fields.has("chunks") || !m.chunk_list) m.chunks = chunks_field(fields);
  if (!fields.ok()) return fields.error();
  if (auto ok = check(m); !ok) return tl::unexpected(ok.error());
  return m;
}

Result<std::vector<Sha256>> decode_chunk_list(Manifest const& manifest, std::string_view bytes) {
  if (!manifest.chunk_list) return manifest.chunks;
  if (sha256(as_bytes(bytes)) != *manifest.chunk_list) {
    return fail(Code::corrupt, "chunk list: its digest is not the manifest's: fetch it again");
  }
  if (bytes.size() != kDigest * manifest.chunk_count()) {
    return fail(Code::invalid, "chunk list: " + std::to_string(bytes.size()) + " bytes, the manifest needs " +
                                   std::to_string(kDigest * manifest.chunk_count()));
  }
  return split(as_bytes(bytes));
}

namespace {

Result<std::array<std::uint32_t, 3>> parse_version(std::string_view text) {
  std::array<std::uint32_t, 3> parts{};
  auto const* at = text.data();
  auto const* const end = at + text.size();
  for (std::size_t n = 0; n < parts.size(); ++n) {
    auto const [next, error] = std::from_chars(at, end, parts[n]);
    if (error != std::errc{}) break;
    if (next == end) return parts;
    if (*next != '.') break;
    at = next + 1;
  }
  return fail(Code::invalid, "version \"" + cut_utf8(text, 32) + "\" is not like 1.2.3");
}

}  // namespace

Result<int> compare_versions(std::string_view a, std::string_view b) {
  auto const left = parse_version(a);
  if (!left) return tl::unexpected(left.error());
  auto const right = parse_version(b);
  if (!right) return tl::unexpected(right.error());
  return *left < *right ? -1 : (*left == *right ? 0 : 1);
}

}  // namespace tillcue::sync

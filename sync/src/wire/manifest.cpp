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

bool are_skus(std::vector<std::string> const& words, std::size_t least, std::size_t most) {
  return words.size() >= least && words.size() <= most && std::all_of(words.begin(), words.end(), [](auto const& word) {
           return !word.empty() && word.size() <= kMaxIdentifier && is_utf8(word);
         });
}

/// Parcels, probes and stage.
Result<void> check_more(Manifest const& m) {
  auto const bad = [](std::string const& why) { return fail(Code::invalid, std::string(kWhat) + ": " + why); };
  if (m.parcels.size() > kMaxParcels) return bad("\"parcels\" holds more than 9");
  for (auto const& parcel : m.parcels) {
    if (parcel.size == 0 || parcel.size > kMaxBundle) return bad("\"parcels\" holds a size out of range");
    if (parcel.list.has_value() != (parcel.piece_count() > 1))
      return bad("\"parcels\": more than one piece needs a \"list\"");
  }
  if (m.probes.size() > kMaxProbes) return bad("\"probes\" holds more than 8");
  for (auto const& probe : m.probes) {
    bool const good = are_skus(probe.basket, 1, kMaxProbes) && are_skus(probe.answer, 0, Probe::kMost);
    if (!good) return bad("\"probes\" must hold baskets of 1 to 8 and answers of at most 5 SKUs");
  }
  if (m.stage.has_value() != (m.scope == kNextScope)) return bad("\"stage\" belongs to scope \"next\", and only there");
  if (!m.stage) return {};
  bool const named = std::all_of(m.stage->first.begin(), m.stage->first.end(), is_topic_name);
  if (!named || m.stage->first.size() > kMaxFirst) return bad("\"stage\": \"first\" must hold at most 50 terminals");
  if (m.stage->share > 10'000) return bad("\"stage\": \"share\" is of 10,000");
  return {};
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
  if (auto ok = check_more(m); !ok) return ok;
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

Json to_json(Manifest::Parcel const& parcel) {
  Json json{{"object", parcel.object.hex()}, {"size", parcel.size}};
  if (parcel.base) json["base"] = parcel.base->hex();
  if (parcel.list) json["list"] = parcel.list->hex();
  return json;
}

Manifest::Parcel read_parcel(Json const& json, Fields& whole) {
  Fields fields(json, kWhat);
  Manifest::Parcel parcel;
  parcel.object = *digest_field(fields, "object");
  parcel.size = fields.number("size", 1, kMaxBundle);
  if (fields.has("base")) parcel.base = *digest_field(fields, "base");
  if (fields.has("list")) parcel.list = *digest_field(fields, "list");
  if (!fields.ok()) whole.reject("parcels", "holds one that is wrong: " + fields.error().value().what);
  return parcel;
}

std::vector<std::string> read_texts(char const* name, Fields& fields, std::size_t most) {
  std::vector<std::string> texts;
  auto const* list = fields.array(name, most);
  for (auto const& entry : list == nullptr ? Json::array() : *list) {
    if (!entry.is_string()) fields.reject(name, "must hold texts");
    if (entry.is_string()) texts.push_back(entry.get<std::string>());
  }
  return texts;
}

void read_more(Json const& json, Fields& fields, Manifest& m) {
  if (fields.has("parcels")) {
    auto const* list = fields.array("parcels", kMaxParcels);
    for (auto const& entry : list == nullptr ? Json::array() : *list) m.parcels.push_back(read_parcel(entry, fields));
  }
  if (fields.has("probes")) {
    auto const* list = fields.array("probes", kMaxProbes);
    for (auto const& entry : list == nullptr ? Json::array() : *list) {
      Fields one(entry, kWhat);
      m.probes.push_back({read_texts("basket", one, kMaxProbes), read_texts("answer", one, Probe::kMost)});
      if (!one.ok()) fields.reject("probes", "holds one that is wrong: " + one.error().value().what);
    }
  }
  if (!fields.has("stage")) return;
  Fields one(json["stage"], kWhat);
  Manifest::Stage stage;
  stage.share = static_cast<std::uint32_t>(one.number("share", 0, 10'000));
  stage.revision = one.number("revision", 1, kMaxInteger);
  stage.paused = one.flag("paused", false);
  stage.spread = static_cast<std::uint32_t>(one.optional_number("spread", 0, 0, 86'400));
  if (one.has("first")) stage.first = read_texts("first", one, kMaxFirst);
  if (!one.ok()) fields.reject("stage", "is wrong: " + one.error().value().what);
  m.stage = std::move(stage);
}

/// A number that release, terminal and purpose decide, the same on both ends.
std::uint64_t draw(char const* purpose, std::uint64_t release, std::string_view terminal) {
  auto const digest =
      sha256(as_bytes(std::string(purpose) + " " + std::to_string(release) + " " + std::string(terminal)));
  std::uint64_t number = 0;
  for (std::size_t n = 0; n < 8; ++n) number = number << 8U | std::to_integer<std::uint64_t>(digest.bytes[n]);
  return number;
}

}  // namespace

bool Manifest::Stage::includes(std::uint64_t of, std::string_view terminal) const {
  return std::find(first.begin(), first.end(), terminal) != first.end() || draw("stage", of, terminal) % 10'000 < share;
}

std::uint32_t Manifest::Stage::delay(std::uint64_t of, std::string_view terminal) const {
  return spread == 0 ? 0 : static_cast<std::uint32_t>(draw("delay", of, terminal) % (spread + 1));
}

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
  for (auto const& parcel : m.parcels) json["parcels"].push_back(to_json(parcel));
  for (auto const& probe : m.probes) json["probes"].push_back({{"basket", probe.basket}, {"answer", probe.answer}});
  if (m.stage) {
    json["stage"] = {{"share", m.stage->share}, {"revision", m.stage->revision}, {"first", m.stage->first}};
    if (m.stage->paused) json["stage"]["paused"] = true;
    if (m.stage->spread > 0) json["stage"]["spread"] = m.stage->spread;
  }
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
  read_more(*json, fields, m);
  if (!fields.ok()) return fields.error();
  if (auto ok = check(m); !ok) return tl::unexpected(ok.error());
  return m;
}

Result<std::vector<Sha256>> decode_chunk_list(Manifest const& manifest, std::string_view bytes) {
  if (!manifest.chunk_list) return manifest.chunks;
  return decode_digests(*manifest.chunk_list, manifest.chunk_count(), bytes);
}

Result<std::vector<Sha256>> decode_digests(Sha256 const& list, std::uint32_t count, std::string_view bytes) {
  if (sha256(as_bytes(bytes)) != list) {
    return fail(Code::corrupt, "chunk list: its digest is not the manifest's: fetch it again");
  }
  if (bytes.size() != kDigest * count) {
    return fail(Code::invalid, "chunk list: " + std::to_string(bytes.size()) + " bytes, the manifest needs " +
                                   std::to_string(kDigest * count));
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

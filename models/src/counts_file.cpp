#include <algorithm>
#include <limits>

#include <zlib.h>

#include "counts_stream.hpp"
#include "tillcue/core/sku.hpp"
#include "tillcue/models/counts.hpp"

// The layout is drawn in models/COUNTS.md.

namespace tillcue::models {
namespace {

constexpr std::string_view kMagic = "TCCOUNT2";
constexpr char kOldest = '1';  // without sources
constexpr std::uint64_t kMostUnitBits = 16;
constexpr std::size_t kTrailer = 4;

std::uint32_t checksum(std::string_view bytes) {
  uLong sum = crc32_z(0L, Z_NULL, 0);
  sum = crc32_z(sum, reinterpret_cast<Bytef const*>(bytes.data()), bytes.size());
  return static_cast<std::uint32_t>(sum);
}

void put(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) out += static_cast<char>(value | 0x80U);
  out += static_cast<char>(value);
}

void put_signed(std::string& out, std::int64_t value) {
  put(out, (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63));
}

/// Reads varints; once something does not fit, good() stays false and everything read is 0.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t number(std::uint64_t most = std::numeric_limits<std::uint64_t>::max()) {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
      auto const byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
      if ((byte & 0x80U) != 0) continue;
      if (value > most) break;
      return value;
    }
    good_ = false;
    bytes_ = {};
    return 0;
  }
  std::int64_t signed_number() {
    auto const value = number();
    return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
  }
  std::string_view text(std::size_t size) {
    if (size > bytes_.size()) {
      good_ = false;
      bytes_ = {};
      return {};
    }
    auto const result = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return result;
  }
  /// A number of things of which each takes at least one byte: never more than there are bytes left.
  std::uint64_t how_many() { return number(bytes_.size()); }

  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool done() const { return bytes_.empty(); }
  void refuse() { good_ = false; }

 private:
  std::string_view bytes_;
  bool good_ = true;
};

void put_item(std::string& out, CountedItem const& item) {
  put(out, item.sku.size());
  out += item.sku;
  put(out, item.baskets);
  put_signed(out, item.quantity_milli);
  put(out, item.prices.size());
  std::int64_t last = 0;
  for (auto const& point : item.prices) {
    put_signed(out, point.micro - last);
    put(out, point.times);
    last = point.micro;
  }
}

void put_fixed(std::string& out, std::uint64_t value) {
  for (unsigned shift = 0; shift < 64; shift += 8) out += static_cast<char>(value >> shift);
}

void put_source(std::string& out, CountedSource const& source) {
  put_signed(out, source.day);
  put(out, source.baskets);
  put_fixed(out, source.digest);
  put(out, source.sample.size());
  for (auto const hash : source.sample) put_fixed(out, hash);
}

constexpr std::uint64_t kMost32 = std::numeric_limits<std::uint32_t>::max();

CountedItem get_item(Reader& in) {
  CountedItem item;
  item.sku = in.text(in.number(kMaxIdentifier));
  item.baskets = static_cast<std::uint32_t>(in.number(kMost32));
  item.quantity_milli = in.signed_number();
  std::int64_t last = 0;
  for (auto left = in.how_many(); left > 0 && in.good(); --left) {
    auto const step = in.signed_number();
    if (step < 0 || step > std::numeric_limits<std::int64_t>::max() - last || (step == 0 && !item.prices.empty())) {
      in.refuse();
      return item;
    }
    last += step;
    item.prices.push_back({last, in.number()});
  }
  return item;
}

std::uint64_t get_fixed(Reader& in) {
  std::uint64_t value = 0;
  auto const bytes = in.text(8);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    value |= std::uint64_t{static_cast<unsigned char>(bytes[n])} << (8 * n);
  }
  return value;
}

CountedSource get_source(Reader& in) {
  CountedSource source;
  auto const day = in.signed_number();
  if (day < kNoDay || day > std::numeric_limits<std::int32_t>::max()) in.refuse();
  source.day = static_cast<std::int32_t>(day);
  source.baskets = in.number();
  source.digest = get_fixed(in);
  auto const most = std::min<std::uint64_t>(CountedSource::kSample, source.baskets);
  for (auto left = in.number(most); left > 0 && in.good(); --left) {
    auto const hash = get_fixed(in);
    if (!source.sample.empty() && hash <= source.sample.back()) in.refuse();
    source.sample.push_back(hash);
  }
  return source;
}

/// The sources of a file add up to no more baskets than it holds.
void get_sources(Reader& in, Counts& counts) {
  auto left = counts.baskets;
  for (auto more = in.how_many(); more > 0 && in.good(); --more) {
    auto source = get_source(in);
    if (source.baskets > left || (!counts.sources.empty() && source < counts.sources.back())) in.refuse();
    left -= std::min(left, source.baskets);
    counts.sources.push_back(std::move(source));
  }
}

void get_row(Reader& in, std::uint64_t own, std::uint64_t items, Counts& counts) {
  auto last = own;
  for (auto left = in.how_many(); left > 0 && in.good(); --left) {
    last += in.number(items) + 1;
    auto const together = in.number(kMost32);
    if (last >= items || together == 0 || together > std::min(counts.items[own].baskets, counts.items[last].baskets)) {
      in.refuse();
      return;
    }
    counts.partner.push_back(static_cast<std::uint32_t>(last));
    counts.together.push_back(static_cast<std::uint32_t>(together));
  }
  counts.row.push_back(counts.partner.size());
}

Counts get_head(Reader& in, char version) {
  Counts counts;
  counts.unit_bits = static_cast<unsigned>(in.number(kMostUnitBits));
  counts.time_kind = static_cast<TimeKind>(in.number(static_cast<std::uint64_t>(TimeKind::calendar)));
  counts.from = in.signed_number();
  counts.to = in.signed_number();
  counts.baskets = in.number();
  if (version > kOldest) get_sources(in, counts);
  return counts;
}

Counts get_counts(Reader& in, char version) {
  auto counts = get_head(in, version);
  auto const items = in.how_many();
  for (std::uint64_t n = 0; n < items && in.good(); ++n) {
    counts.items.push_back(get_item(in));
    if (n > 0 && counts.items[n].sku <= counts.items[n - 1].sku) in.refuse();
    if (counts.items[n].baskets > counts.baskets) in.refuse();
  }
  for (std::uint64_t n = 0; n < items && in.good(); ++n) get_row(in, n, items, counts);
  if (!in.done()) in.refuse();
  return counts;
}

Result<void> check_version(std::string_view bytes) {
  if (bytes.size() < kMagic.size() + kTrailer || bytes.substr(0, 7) != kMagic.substr(0, 7)) {
    return fail(Code::corrupt, "is not a counts file; make one with tillcue-models count");
  }
  if (bytes[7] < kOldest || bytes[7] > kMagic[7]) {
    return fail(Code::unsupported, "is a counts file of another version; count again with this program");
  }
  return {};
}

}  // namespace

void put_counts_head(std::string& out, Counts const& items) {
  out += kMagic;
  put(out, items.unit_bits);
  put(out, static_cast<std::uint64_t>(items.time_kind));
  put_signed(out, items.from);
  put_signed(out, items.to);
  put(out, items.baskets);
  put(out, items.sources.size());
  for (auto const& source : items.sources) put_source(out, source);
  put(out, items.items.size());
  for (auto const& item : items.items) put_item(out, item);
}

void put_counts_row(std::string& out, std::uint32_t item, std::span<std::uint32_t const> partner,
                    std::span<std::uint32_t const> together) {
  put(out, partner.size());
  auto last = item;
  for (std::size_t n = 0; n < partner.size(); ++n) {
    put(out, partner[n] - last - 1);
    put(out, together[n]);
    last = partner[n];
  }
}

void put_counts_tail(std::string& out, std::uint32_t sum) {
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(sum >> shift);
}

std::uint32_t add_checksum(std::uint32_t before, std::string_view bytes) {
  return static_cast<std::uint32_t>(crc32_z(before, reinterpret_cast<Bytef const*>(bytes.data()), bytes.size()));
}

std::string encode(Counts const& counts) {
  std::string out;
  put_counts_head(out, counts);
  for (std::uint32_t n = 0; n < counts.items.size(); ++n) {
    auto const size = counts.row[n + 1] - counts.row[n];
    put_counts_row(out, n, std::span(counts.partner).subspan(counts.row[n], size),
                   std::span(counts.together).subspan(counts.row[n], size));
  }
  put_counts_tail(out, checksum(out));
  return out;
}

Result<Counts> decode_head(std::string_view bytes) {
  if (auto const known = check_version(bytes); !known) return tl::unexpected(known.error());
  Reader in(bytes.substr(kMagic.size()));
  auto counts = get_head(in, bytes[7]);
  if (!in.good()) return fail(Code::corrupt, "breaks the layout of a counts file; count again with this program");
  return counts;
}

Result<Counts> decode(std::string_view bytes) {
  if (auto const known = check_version(bytes); !known) return tl::unexpected(known.error());
  auto const body = bytes.substr(0, bytes.size() - kTrailer);
  std::uint32_t stored = 0;
  for (unsigned n = 0; n < kTrailer; ++n) {
    stored |= std::uint32_t{static_cast<unsigned char>(bytes[body.size() + n])} << (8 * n);
  }
  if (stored != checksum(body)) return fail(Code::corrupt, "checksum does not match; copy or count it again");
  Reader in(body.substr(kMagic.size()));
  auto counts = get_counts(in, bytes[7]);
  if (!in.good()) return fail(Code::corrupt, "breaks the layout of a counts file; count again with this program");
  return counts;
}

}  // namespace tillcue::models

#include "parcel/bundle_content.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "format/bytes.hpp"
#include "format/check.hpp"
#include "format/layout.hpp"
#include "parcel/parcel_layout.hpp"
#include "parcel/table_stream.hpp"
#include "parcel/texts.hpp"

namespace tillcue::parcel {
namespace {

using Bytes = std::vector<std::byte>;

std::span<std::byte const> bytes_of(std::span<std::byte const> file, std::vector<Placed> const& sections,
                                    std::uint32_t tag) {
  for (auto const& section : sections) {
    if (section.tag == tag) return file.subspan(section.offset, section.length);
  }
  return {};
}

std::uint32_t record_of(std::vector<Placed> const& sections, std::uint32_t tag) {
  for (auto const& section : sections) {
    if (section.tag == tag) return section.record;
  }
  return 0;
}

std::vector<Placed> sections_of_checked(std::span<std::byte const> bundle) {
  return sections_of(bundle, format::load<std::uint32_t>(bundle.data() + format::header::kSectionsAt), bundle.size());
}

/// The sections of one bundle that others are made from.
struct Sources {
  std::span<std::byte const> items, strings, bias;
  std::uint32_t record = 0;

  Sources(std::span<std::byte const> bundle, std::vector<Placed> const& sections)
      : items(bytes_of(bundle, sections, format::kItems)),
        strings(bytes_of(bundle, sections, format::kStrings)),
        bias(bytes_of(bundle, sections, format::kBias)),
        record(record_of(sections, format::kItems)) {}
  [[nodiscard]] bool usable() const {
    return record >= format::kItemBytes && record <= format::kMaxRecord && record % 4 == 0 &&
           items.size() % record == 0 && items.size() / record <= format::kMaxItems;
  }
  [[nodiscard]] std::uint32_t count() const { return static_cast<std::uint32_t>(items.size() / record); }
};

class Writer {
 public:
  Writer(std::span<std::byte const> bundle, Base* base, Versions versions)
      : bundle_(bundle),
        base_(base),
        versions_(versions),
        sections_(sections_of_checked(bundle)),
        sources_(bundle, sections_),
        unit_(std::bit_cast<double>(
            format::load<std::uint64_t>(bytes_of(bundle, sections_, format::kMeta).data() + format::meta::kUnit))) {
    if (base_ != nullptr) match_items(*base_, sources_.items, sources_.record, sources_.strings);
  }

  Content write() {
    auto const head = format::header::kBytes + sections_.size() * format::entry::kBytes;
    out_.bytes.assign(bundle_.begin(), bundle_.begin() + static_cast<std::ptrdiff_t>(head));
    auto const forms = out_.bytes.size();
    out_.bytes.resize(forms + sections_.size());
    for (std::size_t n = 0; n < sections_.size(); ++n) {
      begins_.push_back(out_.bytes.size());
      out_.bytes[forms + n] = static_cast<std::byte>(put(sections_[n]));
    }
    if (versions_.last >= kTextsSince) put_newest(forms);
    return std::move(out_);
  }

 private:
  /// The smallest stream of the versions allowed from which the table comes back; false: none.
  bool put_rows(std::span<std::byte const> bytes) {
    struct Stream {
      std::uint16_t version;
      Bytes table;
    };
    std::vector<Stream> streams;
    auto const first = versions_.first < kTextsSince ? versions_.first : kFirstVersion;
    for (auto version = first; version <= std::min(versions_.last, kWeightedSince); ++version) {
      streams.push_back({version, encode_table(bytes, sources_.count(), unit_, base_, version)});
    }
    std::stable_sort(streams.begin(), streams.end(),
                     [](auto const& a, auto const& b) { return a.table.size() < b.table.size(); });
    for (auto& [version, table] : streams) {
      Bytes again(bytes.size());
      bool const decoded = decode_table(table, sources_.count(), base_, again, version, {});
      if (!decoded || !std::equal(bytes.begin(), bytes.end(), again.begin())) continue;
      out_.table = std::move(table);
      out_.version = version;
      return true;
    }
    return false;
  }

  /// The content once more, with the numbers of the strings apart; without any, only where no older version is allowed.
  void put_newest(std::size_t forms) {
    auto& bytes = out_.newest;
    bytes = out_.bytes;
    bool apart = false;
    for (std::size_t n = sections_.size(); n-- > 0;) {
      bool const rows = bytes[forms + n] == static_cast<std::byte>(Form::rows);
      if (rows && out_.version == kWeightedSince) bytes[forms + n] = static_cast<std::byte>(Form::weighted_rows);
      if (sections_[n].tag != format::kStrings) continue;
      auto const texts = to_texts(sources_.strings);
      if (texts.empty()) continue;
      auto const begin = bytes.begin() + static_cast<std::ptrdiff_t>(begins_[n]);
      auto const at = bytes.erase(begin, begin + static_cast<std::ptrdiff_t>(sections_[n].length));
      auto const behind = bytes.insert(at, 4, std::byte{}) + 4;
      bytes.insert(behind, texts.begin(), texts.end());
      format::store(bytes.data() + begins_[n], static_cast<std::uint32_t>(texts.size()));
      bytes[forms + n] = static_cast<std::byte>(Form::texts);
      apart = true;
    }
    if (!apart && versions_.first < kTextsSince) bytes.clear();
  }

  Form put(Placed const& section) {
    auto const bytes = bundle_.subspan(section.offset, section.length);
    auto const form = form_of(section.tag);
    Bytes again(bytes.size());
    auto const same = [&](bool decoded) { return decoded && std::equal(bytes.begin(), bytes.end(), again.begin()); };
    if (form == Form::rows) {
      if (put_rows(bytes)) return form;
    } else if (form == Form::values) {
      out_.bias = encode_bias(bytes, sources_.count(), unit_, base_);
      if (same(decode_bias(out_.bias, sources_.count(), base_, again))) return form;
      out_.bias.clear();
    } else if (form == Form::ranking) {
      if (same(ranking(sources_.bias, again))) return form;
    } else if (form == Form::columns) {
      append(to_columns(bytes, section.record));
      return form;
    } else if (form == Form::codes) {
      auto const extra = extra_codes(bytes, sources_.items, sources_.record);
      if (same(code_index(extra, sources_.items, sources_.record, sources_.strings, again))) {
        append_sized(extra);
        return form;
      }
    }
    out_.bytes.insert(out_.bytes.end(), bytes.begin(), bytes.end());
    return Form::plain;
  }

  void append(Bytes const& bytes) { out_.bytes.insert(out_.bytes.end(), bytes.begin(), bytes.end()); }
  void append_sized(Bytes const& bytes) {
    auto const at = out_.bytes.size();
    out_.bytes.resize(at + 4);
    format::store(out_.bytes.data() + at, static_cast<std::uint32_t>(bytes.size()));
    append(bytes);
  }

  std::span<std::byte const> bundle_;
  Base* base_;
  Versions versions_;
  std::vector<Placed> sections_;
  Sources sources_;
  double unit_;
  std::vector<std::size_t> begins_;  ///< of the sections, in the content
  Content out_;
};

tl::unexpected<Error> corrupt(std::uint32_t tag) {
  std::string name;
  for (unsigned n = 0; n < 4; ++n) {
    auto const letter = static_cast<char>(tag >> (8 * n) & 0xFFU);
    name += letter >= ' ' && letter <= '~' ? letter : '?';
  }
  return fail(Code::corrupt, "parcel: section " + name + " cannot be put together again; fetch it again");
}

/// Goes through the content from front to back.
class Reader {
 public:
  explicit Reader(Bytes const& bytes) : bytes_(bytes) {}
  /// `size` bytes more; fewer when there are not so many.
  std::span<std::byte const> take(std::uint64_t size) {
    auto const left = bytes_.size() - at_;
    auto const taken = bytes_.subspan(at_, std::min<std::uint64_t>(size, left));
    at_ += taken.size();
    return taken;
  }
  [[nodiscard]] bool finished() const { return at_ == bytes_.size(); }

 private:
  std::span<std::byte const> bytes_;
  std::size_t at_ = 0;
};

class Assembly {
 public:
  Assembly(std::uint64_t size, Base* base, std::uint16_t version, std::stop_token const& stop)
      : bundle_(size), base_(base), version_(version), stop_(stop) {}

  Result<Bytes> put_together(Bytes content, std::span<std::byte const> table, std::span<std::byte const> bias) {
    if (auto const placed = place(content); !placed) return tl::unexpected(placed.error());
    content = {};  // the rows are the most of the work and of the memory
    return finish(table, bias);
  }

 private:
  Result<void> place(Bytes const& content) {
    Reader reader(content);
    auto const head = reader.take(format::header::kBytes);
    if (head.size() < format::header::kBytes) return corrupt(0);
    auto const count = format::load<std::uint32_t>(head.data() + format::header::kSectionsAt);
    if (count == 0 || count > format::kMaxSections) return corrupt(0);
    auto const list = reader.take(std::uint64_t{count} * format::entry::kBytes);
    auto const forms = reader.take(count);
    if (forms.size() < count) return corrupt(0);
    sections_ = sections_of(content, count, bundle_.size());
    if (sections_.empty()) return corrupt(0);
    std::copy(list.begin(), list.end(), std::copy(head.begin(), head.end(), bundle_.begin()));
    for (std::size_t n = 0; n < count; ++n) {
      forms_.push_back(static_cast<Form>(forms[n]));
      if (auto const put = place(sections_[n], forms_[n], reader); !put) return put;
    }
    return reader.finished() ? Result<void>{} : corrupt(0);
  }

  Result<void> place(Placed const& section, Form form, Reader& reader) {
    auto const out = bytes_at(section);
    if (!may_be(form, section.tag, version_)) return corrupt(section.tag);
    if (form == Form::codes || form == Form::texts) {
      auto const size = reader.take(4);
      if (size.size() < 4) return corrupt(section.tag);
      auto const bytes = reader.take(format::load<std::uint32_t>(size.data()));
      if (form == Form::texts) return from_texts(bytes, out) ? Result<void>{} : corrupt(section.tag);
      extra_.assign(bytes.begin(), bytes.end());
      return {};
    }
    if (form != Form::plain && form != Form::columns) return {};
    auto const bytes = reader.take(section.length);
    if (bytes.size() < section.length) return corrupt(section.tag);
    if (form == Form::plain) {
      std::copy(bytes.begin(), bytes.end(), out.begin());
      return {};
    }
    if (section.record == 0 || section.record % 4 != 0 || section.length % section.record != 0) {
      return corrupt(section.tag);
    }
    from_columns(bytes, section.record, out);
    return {};
  }

  Result<Bytes> finish(std::span<std::byte const> table, std::span<std::byte const> bias) {
    Sources const sources(bundle_, sections_);
    if (!sources.usable()) return corrupt(format::kItems);
    if (base_ != nullptr) match_items(*base_, sources.items, sources.record, sources.strings);
    auto const count = sources.count();
    auto const all = [&](Form form, auto const& make) -> Result<void> {
      for (std::size_t n = 0; n < sections_.size(); ++n) {
        if (forms_[n] == form && !make(bytes_at(sections_[n]))) return corrupt(sections_[n].tag);
      }
      return {};
    };
    auto made = all(Form::codes,
                    [&](auto out) { return code_index(extra_, sources.items, sources.record, sources.strings, out); });
    if (made) made = all(Form::values, [&](auto out) { return decode_bias(bias, count, base_, out); });
    if (made) made = all(Form::ranking, [&](auto out) { return ranking(sources.bias, out); });
    auto const rows = [&](std::uint16_t version) {
      return [&, version](auto out) { return decode_table(table, count, base_, out, version, stop_); };
    };
    if (made) made = all(Form::rows, rows(version_ < kTextsSince ? version_ : kFirstVersion));
    if (made) made = all(Form::weighted_rows, rows(kWeightedSince));
    if (!made) return tl::unexpected(made.error());
    return std::move(bundle_);
  }

  std::span<std::byte> bytes_at(Placed const& section) {
    return std::span(bundle_).subspan(section.offset, section.length);
  }

  Bytes bundle_;
  Base* base_;
  std::uint16_t version_;
  std::stop_token const& stop_;
  std::vector<Placed> sections_;
  std::vector<Form> forms_;
  Bytes extra_;
};

}  // namespace

Content content_of(std::span<std::byte const> bundle, Base* base, Versions versions) {
  return Writer(bundle, base, versions).write();
}

Bytes prefix_of(std::span<std::byte const> base) {
  auto const sections = sections_of_checked(base);
  Sources const sources(base, sections);
  auto const head = format::header::kBytes + sections.size() * format::entry::kBytes;
  Bytes out(base.begin(), base.begin() + static_cast<std::ptrdiff_t>(head));
  auto const append = [&](auto const& bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); };
  for (auto const& section : sections) {
    auto const bytes = base.subspan(section.offset, section.length);
    auto const form = form_of(section.tag);
    if (form == Form::plain) append(bytes);
    if (form == Form::columns) append(to_columns(bytes, section.record));
    if (form == Form::codes) append(extra_codes(bytes, sources.items, sources.record));
  }
  return out;
}

Result<Bytes> bundle_of(Bytes content, std::span<std::byte const> table, std::span<std::byte const> bias,
                        std::uint64_t bundle_bytes, Base* base, std::uint16_t version, std::stop_token const& stop) {
  return Assembly(bundle_bytes, base, version, stop).put_together(std::move(content), table, bias);
}

}  // namespace tillcue::parcel

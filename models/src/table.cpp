#include "tillcue/models/table.hpp"

#include <algorithm>
#include <utility>

#include "tillcue/models/wording.hpp"

namespace tillcue::models {
namespace {

constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);

std::string normalised(std::string_view text) {
  auto const first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  std::string result(text.substr(first, text.find_last_not_of(" \t") - first + 1));
  std::transform(result.begin(), result.end(), result.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return result;
}

std::string listed(std::span<Column const> columns) {
  std::string text;
  for (auto const& column : columns) text += (text.empty() ? "" : ",") + std::string(column.name);
  return text;
}

std::string mend_of(std::vector<std::string> const& header, std::span<Column const> columns) {
  auto const parted_by = [&](char c) { return header.size() == 1 && header[0].find(c) != std::string::npos; };
  if (parted_by(';')) return "the file seems to use ';', save it with commas";
  if (parted_by('\t')) return "the file seems to use tabs, save it with commas";
  return "the columns are " + listed(columns);
}

}  // namespace

Result<Table> Table::open(std::unique_ptr<ByteSource> source, std::string name, std::span<Column const> columns) {
  Table table;
  table.name_ = std::move(name);
  table.source_ = std::move(source);
  table.reader_ = std::make_unique<CsvReader>(*table.source_);
  if (auto const header = table.read_header(columns); !header) return tl::unexpected(header.error());
  return table;
}

Result<Table> Table::open(std::string const& path, std::span<Column const> columns) {
  auto source = open_file(path);
  if (!source) return tl::unexpected(source.error());
  return open(std::move(*source), path, columns);
}

Result<void> Table::read_header(std::span<Column const> columns) {
  auto const next = reader_->next();
  if (!next) {
    auto const& error = next.error();
    // The sources name their file themselves; the reader does not know it.
    return tl::unexpected(error.what.starts_with(name_) ? error : error.within(name_));
  }
  if (*next == CsvReader::Next::end) {
    return fail(Code::invalid, name_ + ": is empty; a header line is needed: " + listed(columns));
  }
  if (*next == CsvReader::Next::bad_row) return fail(Code::invalid, name_ + ":1: header: " + reader_->complaint());
  std::vector<std::string> header;
  for (auto const field : reader_->fields()) header.push_back(normalised(field));
  layout_.width = header.size();
  for (auto const& column : columns) {
    auto const found = std::find(header.begin(), header.end(), column.name);
    if (found != header.end() && std::find(found + 1, header.end(), column.name) != header.end()) {
      return fail(Code::invalid, name_ + ":1: header: column '" + std::string(column.name) + "' is there twice");
    }
    if (found == header.end() && column.required) {
      return fail(Code::invalid, name_ + ":1: header: column '" + std::string(column.name) + "' is missing; " +
                                     mend_of(header, columns));
    }
    layout_.place.push_back(found == header.end() ? kAbsent : static_cast<std::size_t>(found - header.begin()));
  }
  layout_.lead = lead_of(columns);
  return {};
}

std::size_t Table::lead_of(std::span<Column const> columns) const {
  std::size_t steady_end = 0;
  auto lead = layout_.width - 1;
  for (std::size_t n = 0; n < columns.size(); ++n) {
    if (!columns[n].steady) {
      lead = std::min(lead, layout_.place[n]);
    } else if (layout_.place[n] != kAbsent) {
      steady_end = std::max(steady_end, layout_.place[n] + 1);
    }
  }
  return steady_end <= lead && steady_end > 0 ? lead : 0;
}

Result<bool> Table::next(BadRows& bad, Refused const& refused) {
  for (;;) {
    if (reader_->quick(layout_.width)) {
      bad.count_row();
      return true;
    }
    auto const next = reader_->next();
    if (!next) return tl::unexpected(next.error());
    if (*next == CsvReader::Next::end) return false;
    bad.count_row();
    std::string complaint;
    if (*next == CsvReader::Next::bad_row) {
      complaint = reader_->complaint();
    } else if (reader_->fields().size() != layout_.width) {
      complaint = "row: has " + counted(reader_->fields().size(), "field") + ", the header has " +
                  std::to_string(layout_.width) + "; put a text with commas in quotes";
    } else {
      return true;
    }
    bad.add(name_, line(), refused ? complaint + refused() : complaint);
  }
}

Result<std::string_view> Table::part(std::size_t begin, std::size_t end, std::vector<char>& buffer) const {
  return source_->part(begin, end, buffer);
}

Table Table::rows_of(std::string_view text) const {
  Table part;
  part.name_ = name_;
  part.layout_ = layout_;
  part.reader_ = std::make_unique<CsvReader>(text);
  return part;
}

}  // namespace tillcue::models

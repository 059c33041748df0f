#include <cmath>
#include <map>
#include <sstream>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "shared_samples.hpp"
#include "tillcue/pos/escpos.hpp"
#include "tillcue/pos/printed_text.hpp"

// Byte streams of other programmes, read where they lie.
using namespace tillcue::pos;
namespace fs = std::filesystem;

namespace {

fs::path samples() { return shared_folder() / "data" / "escpos"; }

std::string digest(std::vector<std::byte> const& bytes, std::size_t step) {
  std::ostringstream out;
  auto const sink = [&](Token const& token) {
    out << static_cast<int>(token.kind) << ' ' << token.offset << ' ' << token.length << ' '
        << std::hash<std::string>{}(text_of({token.bytes.begin(), token.bytes.end()})) << '\n';
  };
  Tokenizer tokenizer;
  for (std::size_t at = 0; at < bytes.size();) {
    auto const n = std::min(step, bytes.size() - at);
    tokenizer.feed(std::span(bytes).subspan(at, n), sink);
    at += n;
  }
  tokenizer.finish(sink);
  return out.str();
}

bool is_star(std::string const& name) {
  return name.find("star") != std::string::npos || name.find("Star") != std::string::npos;
}

nlohmann::json expectation(fs::path sample) {
  sample.replace_extension(".expected.json");
  return fs::exists(sample) ? nlohmann::json::parse(read_file(sample)) : nlohmann::json{};
}

/// "path" -> cuts and unknown tokens, as an independent reader counted them.
std::map<std::string, std::pair<unsigned, unsigned>> counted_by_others() {
  std::map<std::string, std::pair<unsigned, unsigned>> out;
  std::istringstream lines(read_file(samples() / "INDEX.md"));
  for (std::string line; std::getline(lines, line);) {
    std::vector<std::string> cells;
    std::istringstream row(line);
    for (std::string cell; std::getline(row, cell, '|');) cells.push_back(cell);
    if (cells.size() < 8 || cells[1].find(".bin") == std::string::npos) continue;
    out[cells[1]] = {static_cast<unsigned>(std::stoul(cells[3])), static_cast<unsigned>(std::stoul(cells[7]))};
  }
  return out;
}

std::string compact(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\''; });
  for (auto& c : text) c = c == ',' ? '.' : c;
  return text;
}

/// Samples of other printers say which page numbers they were made for.
PrinterProfile profile_for(nlohmann::json const& expected) {
  auto const model = expected.value("printer_model", "");
  auto const columns = expected.value("columns", 48);
  if (model == "pos-5890") return find_profile("pos-5890").value();
  return find_profile(columns == 42 ? "epson-tm-t88" : columns == 32 ? "generic-58" : "epson-tm-t20").value();
}

}  // namespace

TEST_CASE("the edge samples have exactly the cuts and drawer kicks they should") {
  if (skip_without(samples() / "edge", "edge samples")) return;
  unsigned checked = 0;
  for (auto const& file : files_in(samples() / "edge", ".bin")) {
    CAPTURE(file.filename().string());
    auto const printed = read_printed(job_of(read_file(file)), find_profile("generic-80").value());
    auto const expected = expectation(file);
    CHECK(printed.cuts == expected.at("cuts").get<std::vector<std::uint64_t>>());
    if (expected.contains("drawer")) {
      CHECK(printed.drawer_kicks == expected.at("drawer").get<std::vector<std::uint64_t>>());
    }
    ++checked;
  }
  CHECK(checked >= 10);
}

TEST_CASE("byte by byte, in threes or at once: every sample gives the same tokens") {
  if (skip_without(samples() / "files", "resumable on samples")) return;
  for (auto const* folder : {"edge", "files"}) {
    for (auto const& file : files_in(samples() / folder, ".bin")) {
      CAPTURE(file.filename().string());
      auto const bytes = job_of(read_file(file));
      auto const whole = digest(bytes, SIZE_MAX);
      CHECK(digest(bytes, 1) == whole);
      CHECK(digest(bytes, 3) == whole);
      CHECK(digest(bytes, 1460) == whole);
    }
  }
}

TEST_CASE("cuts and unknown commands agree with an independent reader on every sample outside Star's dialect") {
  if (skip_without(samples() / "INDEX.md", "independent counts")) return;
  unsigned checked = 0;
  for (auto const& [path, counts] : counted_by_others()) {
    auto const file = samples() / path;
    if (is_star(path) || !fs::exists(file)) continue;
    CAPTURE(path);
    auto const printed = read_printed(job_of(read_file(file)), find_profile("generic-80").value());
    CHECK(printed.cuts.size() == counts.first);
    CHECK((printed.unknown > 0) == (counts.second > 0));
    ++checked;
  }
  CHECK(checked > 50);
}

TEST_CASE("the total of every labelled receipt outside Star's dialect can be read in the text") {
  if (skip_without(samples() / "files", "totals")) return;
  unsigned checked = 0, items = 0, names = 0;
  for (auto const& file : files_in(samples() / "files", ".bin")) {
    auto const expected = expectation(file);
    if (expected.is_null() || is_star(file.filename().string()) || !expected.contains("total")) continue;
    CAPTURE(file.filename().string());
    char total[32];
    auto const value = expected.at("total").get<double>();
    std::snprintf(total, sizeof total, "%.2f", value);
    std::string const whole = std::to_string(static_cast<long>(value));
    auto const text = read_printed(job_of(read_file(file)), profile_for(expected)).text();
    auto const squeezed = compact(text);
    bool const found = squeezed.find(total) != std::string::npos ||
                       (std::abs(value - std::round(value)) < 0.001 && squeezed.find(whole) != std::string::npos);
    CHECK(found);
    for (auto const& item : expected.value("items", nlohmann::json::array())) {
      auto const name = item.at("name").get<std::string>();
      ++items;
      if (text.find(name.substr(0, name.find(' '))) != std::string::npos) ++names;
    }
    ++checked;
  }
  CHECK(checked >= 20);
  MESSAGE("totals read on " << checked << " receipts; first words of item names: " << names << " of " << items);
  CHECK(names * 100 >= items * 95);
}

TEST_CASE("a Cyrillic receipt reads as it was written") {
  auto const file = samples() / "files" / "rpe_ru866.bin";
  if (skip_without(file, "Cyrillic receipt")) return;
  auto const text = read_printed(job_of(read_file(file)), find_profile("epson-tm-t88").value()).text();
  CHECK(text.find("Хлеб ржаной") != std::string::npos);
  CHECK(compact(text).find("637.69") != std::string::npos);
}

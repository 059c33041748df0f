#include "format/fault.hpp"

#include <string>
#include <string_view>
#include <utility>

namespace tillcue::format {
namespace {

std::string_view what(Fault fault) noexcept {
  switch (fault) {
    case Fault::none:
      return "nothing wrong";
    case Fault::short_file:
      return "shorter than its header";
    case Fault::too_large:
      return "above 1 GiB";
    case Fault::magic:
      return "not a Tillcue bundle (magic)";
    case Fault::version:
      return "format version is not 1";
    case Fault::header_size:
      return "header size is not known";
    case Fault::section_count:
      return "number of sections is out of range";
    case Fault::file_size:
      return "size differs from the one in its header (truncated?)";
    case Fault::header_checksum:
      return "checksum of the header does not match";
    case Fault::bounds:
      return "reaches outside of its bounds";
    case Fault::alignment:
      return "sections are not laid out one after the other at multiples of 8";
    case Fault::duplicate:
      return "section is there twice";
    case Fault::checksum:
      return "checksum does not match";
    case Fault::unknown_required:
      return "required section is unknown to this version";
    case Fault::section_version:
      return "section version is not known";
    case Fault::missing:
      return "section is missing";
    case Fault::record_size:
      return "record size is out of range";
    case Fault::count:
      return "count is out of range";
    case Fault::order:
      return "entries are not in order";
    case Fault::reference:
      return "names an item, category or text that does not exist";
    case Fault::value:
      return "value is out of range";
    case Fault::text:
      return "text is not UTF-8 or breaks a length limit";
  }
  return "unknown fault";
}

bool newer(Fault fault) noexcept {
  return fault == Fault::version || fault == Fault::header_size || fault == Fault::unknown_required ||
         fault == Fault::section_version;
}

std::string section_name(std::uint32_t section) {
  if (section == 0) return "header";
  std::string name = "section ";
  for (unsigned n = 0; n < 4; ++n) {
    auto const c = static_cast<char>(section >> (8 * n) & 0xFFU);
    name += c >= ' ' && c <= '~' ? c : '?';
  }
  return name;
}

}  // namespace

Error to_error(Finding const& finding) {
  std::string text = "bundle: " + section_name(finding.section) + " at byte " + std::to_string(finding.offset) + ": ";
  text += what(finding.fault);
  text += newer(finding.fault) ? "; update this program" : "; fetch or build the bundle again";
  return {newer(finding.fault) ? Code::unsupported : Code::corrupt, std::move(text)};
}

}  // namespace tillcue::format

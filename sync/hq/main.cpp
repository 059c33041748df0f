#include "app/standard_output.hpp"
#include "program.hpp"

int main(int argc, char** argv) {
  using namespace tillcue;
  int const code = sync::run_hq_program(argc, argv);
  auto const said = flush_standard_output();
  if (said || code != 0) return code;  // a failure was told
  return static_cast<int>(sync::report_error(said.error()));
}

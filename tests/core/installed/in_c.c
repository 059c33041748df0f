#include <stdio.h>
#include <tillcue/tillcue.h>

int main(void) {
  tillcue_engine* engine = NULL;
  tillcue_error error;
  /* No bundle: refused, with a reason. */
  if (tillcue_engine_open("x", 1, &engine, &error) != TILLCUE_CORRUPT) return 1;
  printf("%s: %s\n", tillcue_version(), error.text);
  return 0;
}

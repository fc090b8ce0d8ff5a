# docker buildx bake -f docker/bake.hcl        all of them; `make images` builds the same without buildx
variable "VERSION" { default = "0.1.0" }
variable "BASE" { default = "debian:bookworm-slim" }
variable "SOURCE_DATE_EPOCH" { default = "1767225600" }
variable "CA" { default = "" }

group "default" { targets = ["image"] }

target "image" {
  name = "${content}-${device}"
  matrix = {
    content = ["student", "grader"]
    device = ["cpu", "cuda"]
  }
  context = "."
  dockerfile = "docker/Dockerfile"
  target = device
  args = {
    CONTENT = content
    BASE = BASE
    VERSION = VERSION
    SOURCE_DATE_EPOCH = SOURCE_DATE_EPOCH
  }
  secret = CA == "" ? [] : ["id=ca,src=${CA}"]
  tags = ["tensorflow-course:${content}-${device}"]
}

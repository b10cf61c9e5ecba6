# Readback in one static file. Time zones and CA roots are linked into the program, so the image holds nothing else.
#
#   docker build -t readback .
#   docker run -v readback:/data -p 8080:8080 -p 2575:2575 readback
#
# The ports are not on loopback, so Readback asks for TLS files or for the network of the proxy in front of it; see
# `readback serve --help`. Keep /data on a disk that really syncs: `readback doctor` says whether it does.

FROM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags "-s -w" -o /out/readback .
# An image from scratch cannot make folders: these are copied with their owner.
RUN mkdir -p /out/data /out/keys /out/tmp

FROM scratch
COPY --from=build /out/readback /readback
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 /out/keys /keys
COPY --from=build --chown=65532:65532 /out/tmp /tmp
COPY LICENSE NOTICE /
# Environment, not arguments: `docker run IMAGE serve --behind 10.0.0.0/8`, `doctor` and `health` then see the same.
ENV READBACK_DATA=/data READBACK_HTTP=:8080 READBACK_MLLP=:2575
USER 65532:65532
VOLUME /data
EXPOSE 8080 2575
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["/readback", "health"]
ENTRYPOINT ["/readback"]
CMD ["serve"]

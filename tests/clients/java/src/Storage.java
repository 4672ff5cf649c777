import com.azure.core.util.BinaryData;
import com.azure.storage.blob.BlobServiceClientBuilder;
import com.azure.storage.blob.models.AccessTier;
import com.azure.storage.blob.models.BlobHttpHeaders;
import com.azure.storage.blob.models.PageRange;
import com.azure.storage.blob.options.BlobParallelUploadOptions;
import com.azure.storage.blob.specialized.BlockBlobClient;
import com.google.gson.JsonObject;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** azure-storage-blob, in every way that it has to upload. */
final class Storage {
    static void addTo(Map<String, Program.Handler> handlers) {
        handlers.put("upload", Storage::upload);
    }

    private static Object upload(JsonObject asked, Consumer<Object> got) throws Exception {
        var blob = new BlobServiceClientBuilder().connectionString(Program.text(asked, "storage")).buildClient()
            .getBlobContainerClient(Program.text(asked, "container")).getBlobClient(Program.text(asked, "blob"));
        byte[] content = Files.readAllBytes(Path.of(Program.text(asked, "file")));
        switch (Program.text(asked, "way")) {
            case "put" -> blob.upload(BinaryData.fromBytes(content));
            case "blocks" -> blocks(blob.getBlockBlobClient(), content);
            case "stream" -> {
                // Without `true` it would ask first whether the blob is there, which a camera's key may not.
                try (var out = blob.getBlockBlobClient().getBlobOutputStream(true)) {
                    out.write(content);
                }
            }
            case "marked" -> blob.uploadWithResponse(new BlobParallelUploadOptions(BinaryData.fromBytes(content))
                .setMetadata(Map.of("shop", "demo")).setTier(AccessTier.COOL)
                .setHeaders(new BlobHttpHeaders().setContentType("image/jpeg").setCacheControl("no-store")), null, null);
            case "page" -> {
                byte[] whole = Arrays.copyOf(content, (content.length + 511) / 512 * 512);
                blob.getPageBlobClient().create(whole.length);
                blob.getPageBlobClient().uploadPages(
                    new PageRange().setStart(0).setEnd(whole.length - 1), new ByteArrayInputStream(whole));
            }
            case "copy" -> blob.beginCopy(Program.text(asked, "source"), null).waitForCompletion();
            default -> throw new IllegalArgumentException("no such way");
        }
        return Map.of();
    }

    private static void blocks(BlockBlobClient block, byte[] content) {
        List<String> ids = new ArrayList<>();
        for (int at = 0; at < content.length; at += 1000) {
            byte[] piece = Arrays.copyOfRange(content, at, Math.min(at + 1000, content.length));
            String id = Base64.getEncoder().encodeToString(String.format("%06d", at).getBytes());
            block.stageBlock(id, new ByteArrayInputStream(piece), piece.length);
            ids.add(id);
        }
        block.commitBlockList(ids);
    }
}

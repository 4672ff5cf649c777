// @azure/cognitiveservices-face, as its quickstart uses it.
"use strict";
const fs = require("node:fs");
const { FaceClient } = require("@azure/cognitiveservices-face");
const { ApiKeyCredentials } = require("@azure/ms-rest-js");

function faces(asked) {
  const credentials = new ApiKeyCredentials({ inHeader: { "Ocp-Apim-Subscription-Key": asked.apiKey } });
  return new FaceClient(credentials, asked.endpoint, { noRetryPolicy: true });
}

async function found(client, file, returnFaceAttributes) {
  return client.face.detectWithStream(() => fs.createReadStream(file), {
    returnFaceAttributes, recognitionModel: "recognition_03", returnRecognitionModel: true, detectionModel: "detection_01",
  });
}

function named(error) {
  error.code = error.body?.error?.code ?? error.code;
  error.message = `${error.code} ${error.message}`;
  throw error;
}

async function detect(asked) {
  const detected = await found(faces(asked), asked.file, asked.attributes).catch(named);
  return {
    faces: detected.map((one) => ({
      width: one.faceRectangle.width, age: one.faceAttributes.age, gender: one.faceAttributes.gender.toLowerCase(),
      emotions: Object.values(one.faceAttributes.emotion).reduce((sum, each) => sum + each), model: one.recognitionModel,
    })),
  };
}

async function compare(asked) {
  const client = faces(asked);
  const [one, other] = [await found(client, asked.files[0]), await found(client, asked.files[1])];
  const faceIds = other.map((each) => each.faceId);
  const same = await client.face.verifyFaceToFace(one[0].faceId, faceIds[0]);
  const similar = await client.face.findSimilar(one[0].faceId, { faceIds });
  return { identical: same.isIdentical, first: similar[0].faceId === faceIds[0] };
}

async function remember(asked) {
  const client = faces(asked);
  await client.largeFaceList.create("list", "A list", { recognitionModel: "recognition_03" });
  const [one] = await found(client, asked.files[0]);
  const { left, top, width, height } = one.faceRectangle;
  const kept = await client.largeFaceList.addFaceFromStream("list", () => fs.createReadStream(asked.files[0]), {
    userData: "user data", targetFace: [left, top, width, height], detectionModel: "detection_01",
  });
  await client.largeFaceList.train("list");
  const { status } = await client.largeFaceList.getTrainingStatus("list");
  const similar = await client.face.findSimilar(one.faceId, { largeFaceListId: "list" });
  const again = similar[0].persistedFaceId === kept.persistedFaceId;
  await client.largeFaceList.deleteMethod("list");
  const gone = await client.largeFaceList.get("list").then(() => "", (error) => String(error.body?.error?.code));
  return { trained: status, again, gone };
}

module.exports = { detect, compare, remember };
